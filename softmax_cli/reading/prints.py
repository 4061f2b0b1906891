"""What Python libraries print around numbers, and how to take it away.

NumPy prints `array([2., 1.], dtype=float32)`, PyTorch `tensor([2., 1.], device='cuda:0')`,
a list of scalars `[np.float64(2.0), tensor(1.)]`.
"""

import re

_DOTTED = r"(?<![\w.])(?:[A-Za-z_]\w*\.)*"
_QUOTED = r"'[^']*'|\"[^\"]*\""
_PRINT = re.compile(
    rf"""
    (?P<attribute>
        ,\s*(?:device|dtype|grad_fn|layout|requires_grad|size|weak_type)
        \s*=\s*(?:{_QUOTED}|<[^<>]*>|\([^()]*\)|[A-Za-z][\w.]*)(?=\s*[,)])
    )
    | {_DOTTED}(?:tensor|[Aa]rray|bfloat16|u?int\d+|float\d+)\(\s*(?P<scalar>[^][(){{}},;\s]+)
        (?P<attributes>,\s*[a-z_]+\s*=[^][(){{}}]*)?\s*\)
    | {_DOTTED}(?:tensor|[Aa]rray|matrix)(?=\()
    | (?P<quoted>{_QUOTED})
    """,
    re.VERBOSE,
)
# A print of an array has one of these; without, nothing is taken for an attribute.
_WRAPPER = re.compile(r"(?:tensor|[Aa]rray|matrix|int\d+|float\d+)\(")


def unwrapped(text: str) -> str:
    """Return a text without what NumPy, PyTorch and JAX print around their numbers.

    Brackets stay, so `tensor([[2., 1.]], device='cuda:0')` becomes `([[2., 1.]])`; the
    brackets around a scalar go, so `[np.float64(2.0)]` becomes `[2.0]`. A text that is not
    such a print, and what stands in quotes, are returned unchanged.
    """
    if "(" not in text or not _WRAPPER.search(text):
        return text
    return _PRINT.sub(lambda match: match["quoted"] or match["scalar"] or "", text)
