"""The template components, builtins of every template: keyword-only tags, whose signature is the contract.

Their markup stands in `templates/components/`. Icons, links of menus, cards, facts and marks, which a page writes
dozens of times (a number, a date, a status, a deadline), are written in code: a template each costs three times as
much.
"""
