"""How a person is reached: recipient keys, channel, e-mail address, undeliverable addresses."""
