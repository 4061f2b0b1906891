"""The mathematics: softmax and its derivatives, in doubles and to any number of digits."""
