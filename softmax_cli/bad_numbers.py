"""What can be wrong with a number, or with the entries of a vector."""

from softmax_cli.errors import SoftmaxError


class NotANumber(SoftmaxError):
    """Text that the number grammar refuses."""

    sentence = "{text} is not a number"


class PartOfFraction(NotANumber):
    """What blanks have cut off a fraction, such as the bar alone."""

    sentence = "{text} is not a number: write a fraction without blanks, as in 1/2"


class NeedsDecimalComma(NotANumber):
    """A cell that is a number where a comma stands for the decimal point."""

    sentence = "{text} is not a number{remedy}"
    remedy = "; --decimal-comma reads its comma as the decimal point"


class LooseWord(NotANumber):
    """A word beside `name=number` that is not a number: a part of a name with blanks."""

    sentence = "{text} is not a number; a name with blanks stands in braces: {remedy}"


class HoldsArray(NotANumber):
    """A member that is an array where a number was expected."""

    sentence = "{text} is not a number; an array of logits is named with --columns {remedy}"


class NeedsDecimalPoint(NotANumber):
    """A cell that is a number without --decimal-comma."""

    sentence = (
        "{text} is not a number with --decimal-comma: leave the option out where a point is the "
        "decimal point"
    )


class NamesAFile(SoftmaxError):
    """An argument that is not a number but the name of a file."""

    sentence = "{text} is not a number; to read the file, use --csv {remedy}"


class NoSuchFile(SoftmaxError):
    """An argument that is not a number and looks like the name of a file."""

    sentence = "{text} is not a number, and there is no such file"


class TooLarge(SoftmaxError):
    """A finite number that no double can hold."""

    sentence = "{text} is too large: a double ends at 1.8e308"


class ZeroDenominator(SoftmaxError):
    """A fraction of something by zero."""

    sentence = "{text} divides by zero"


class LogarithmOfNonPositive(SoftmaxError):
    """A logarithm of zero or of something negative."""

    sentence = "{text} is the logarithm of something that is not positive"


class PlusInfinity(SoftmaxError):
    """An entry of +inf, where exp(x − max) is undefined."""

    sentence = "{text} has no softmax: inf − inf is undefined"


class AllMasked(SoftmaxError):
    """A vector with every entry masked."""

    sentence = "every entry is -inf, a masked class: no probability is left to share out"


class EmptyVector(SoftmaxError):
    """A row that is a vector without entries."""

    sentence = "the vector is empty: it needs at least one number"


class MissingNumber(SoftmaxError):
    """Separators with nothing between them."""

    sentence = "a number is missing {reason}"
