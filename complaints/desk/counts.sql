-- How many cases each list of {counts} holds, capped inside it.
SELECT counted.name, counted.number FROM ({counts}) AS counted (name, number)
