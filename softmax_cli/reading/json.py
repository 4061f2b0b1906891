"""JSON, JSON Lines, and the arrays that NumPy and PyTorch print, cut into rows.

A row is an array or an object. If the first row fills the first line, each line is a row
of JSON Lines, and a bad one costs nothing but itself; so too if the first line is bad, and one
behind it is a row that could not go on with it. Any other input is a document: rows
one after the other, or in an outer array. An array stands around rows, rather than being
one, if its first item is an array or an object.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from softmax_cli.errors import BrokenJson, Place, TooLong
from softmax_cli.reading.brackets import AROUND_ROWS, Scanner
from softmax_cli.values import Block, Element

_BLANK = rb"[ \t\r\n]*+"
# What a paste from Python has around an array.
_PASTE = rb"(?:[A-Za-z_][A-Za-z_.]*\(%s)?" % _BLANK
_PASTE_END = rb"(?:(?:,%s(?:device|dtype|grad_fn|requires_grad|size)=[^\[\]{},]*)*\)%s)?" % (
    _BLANK,
    _BLANK,
)
_CLOSING = rb"%s(?:\]%s)?%s" % (_BLANK, _BLANK, _PASTE_END)
_BEFORE_FIRST = re.compile(rb"%s%s(?:\[%s)?" % (_BLANK, _PASTE, _BLANK))
_BETWEEN = re.compile(rb"%s(?:,%s)?%s(?:\[%s)?" % (_CLOSING, _BLANK, _PASTE, _BLANK))
_BEHIND_LAST = re.compile(_CLOSING)
# Nothing that may stand between two rows is longer, indentation aside.
_LONGEST_GAP = 4096
# A line that may be a row, with another one or the end behind it. Within an array or an object a
# comma or a closing bracket would come next.
_LINE_OF_ITS_OWN = re.compile(rb"\n([\[{][^\n]*+)(?=\n[ \t\r\n]*+[\[{])")
# Such a line is looked for within so much text.
_LONGEST_START = 1 << 18
# Stands for what may not come before the first row.
_NO_GAP = b"?"
# Stands for a row behind the last line.
_NEXT_ROW = b"\n["

_PASTED = re.compile(rb"(?:[a-z]+\.)?(?:array|tensor)\([ \t\r\n]*[\[{]")
_PASTED_BEGUN = re.compile(rb"[a-z]{0,12}(?:\.[a-z]{0,6})?(?:\([ \t\r\n]{0,40})?")


def is_json(start: bytes) -> bool | None:
    """Return whether a text that starts so is JSON or an array as Python prints it.

    None if that cannot be told from so short a start.
    """
    if start[:1] in (b"[", b"{"):
        return True
    if _PASTED.match(start):
        return True
    return None if _PASTED_BEGUN.fullmatch(start) else False


def blocks(texts: Iterator[bytes], source: str, line: int, longest: int) -> Iterator[Block]:
    """Yield blocks of whole rows of JSON.

    A block of a document begins with a bracket if an array stands around its first row.

    Args:
        texts: the text, in pieces.
        source: what the user calls the input.
        line: the line that the text starts at.
        longest: how many bytes a row may have.

    Raises:
        BrokenJson: what stands around rows is not JSON, or the text is cut short; the rows
            before it have been yielded.
        TooLong: a row that would not fit in memory.
    """
    is_lines, texts = _is_lines(_held_back(texts), source, line, longest)
    if is_lines:
        return _line_blocks(texts, source, line, longest)
    return _Document(source, line, longest).blocks(texts)


def _is_lines(
    texts: Iterator[bytes], source: str, line: int, longest: int
) -> tuple[bool, Iterator[bytes]]:
    """Return whether each line is a row, and the same text."""
    scan, parts, first_end, size, looked = Scanner(), list[bytes](), 0, 0, 0
    for text in texts:
        rows = scan(text)
        if not first_end and rows.ends.size:
            first_end = size + int(rows.ends[0])
        parts.append(text)
        size += len(text)
        _check_length(size, longest, source, line)
        if rows.surplus is not None:
            break
        if first_end and _line_end(b"".join(parts), first_end) is not None:
            break
        # each look goes through all of the text, so that there are few
        if not first_end and 2 * looked <= size <= _LONGEST_START:
            looked = size
            if _begins_badly(b"".join(parts)):
                break
    whole = b"".join(parts)
    row = whole[:first_end].lstrip()
    is_row = row[:1] in (b"[", b"{") and not AROUND_ROWS.match(row) and b"\n" not in row
    if is_row and _line_end(whole, first_end) is not False:
        return True, chain(parts, texts)
    return _begins_badly(whole[:first_end] or whole + _NEXT_ROW), chain(parts, texts)


def _begins_badly(text: bytes) -> bool:
    """Return whether the first line is broken: a later one is a row, and does not go on with it.

    Args:
        text: the text up to where its first row ends, if it ends at all.
    """
    start = text[:_LONGEST_START].lstrip()
    if start[:1] not in (b"[", b"{") or AROUND_ROWS.match(start):
        return False
    return any(_fills(line[1].rstrip()) for line in _LINE_OF_ITS_OWN.finditer(start))


def _fills(line: bytes) -> bool:
    """Return whether a line is one array or object."""
    ends = Scanner()(line).ends
    return ends.size == 1 and int(ends[0]) == len(line)


def _line_end(text: bytes, start: int) -> bool | None:
    """Return whether the line ends here, None if that is where the text ends."""
    bare = text[start : start + _LONGEST_GAP].lstrip(b" \t\r")
    return bare.startswith(b"\n") if bare else None


def _held_back(texts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same text, in pieces that do not end behind an opening bracket."""
    held = list[bytes]()
    for text in texts:
        end = len(text.rstrip(b"[ \t\r\n"))
        bracket = text.find(b"[", end)
        if end == 0 and (held or bracket >= 0):
            held.append(text)
            continue
        whole = len(text) if bracket < 0 else bracket
        yield b"".join([*held, text[:whole]])
        held = [text[whole:]] if bracket >= 0 else []
    if held:
        yield b"".join(held)


def _line_blocks(texts: Iterator[bytes], source: str, line: int, longest: int) -> Iterator[Block]:
    parts, size = list[bytes](), 0
    for text in texts:
        end = text.rfind(b"\n") + 1
        if end:
            whole = b"".join([*parts, text[:end]])
            yield Block(whole, line)
            line += whole.count(b"\n")
            parts, size = [], 0
        parts.append(text[end:])
        size += len(text) - end
        _check_length(size, longest, source, line)
    if last := b"".join(parts):
        yield Block(last + b"\n", line)


class _Document:
    """Cuts a document behind its last whole row, again and again."""

    def __init__(self, source: str, line: int, longest: int) -> None:
        self._source = source
        self._longest = longest
        self._scan = Scanner()
        # the text behind the last row, the line it starts at, and the row begun in it
        self._parts: list[bytes] = []
        self._size = 0
        self._line = line
        self._begun: tuple[list[int], list[bool]] = ([], [])
        self._count = 0

    def blocks(self, texts: Iterator[bytes]) -> Iterator[Block]:
        """Yield the blocks of the document.

        Raises:
            BrokenJson, TooLong: as `blocks` does.
        """
        for text in texts:
            rows = self._scan(text)
            starts, inner = self._begun
            starts.extend((rows.starts + self._size).tolist())
            inner.extend(rows.inner.tolist())
            ends = (rows.ends + self._size).tolist()
            self._parts.append(text)
            self._size += len(text)
            if ends:
                yield from self._block(starts, inner, ends)
            if rows.surplus is not None:
                at = self._size - len(text) + rows.surplus
                raise self._broken("a ] or } closes nothing", at)
            _check_length(self._size, self._longest, self._source, self._line)
        self._check_end()

    def _block(self, starts: list[int], inner: list[bool], ends: list[int]) -> Iterator[Block]:
        whole = self._rest()
        count = len(ends)
        good = self._good_gaps(whole, starts[:count], ends)
        if good:
            first, last = starts[0], ends[good - 1]
            lead = b"[" if inner[0] else b""
            line = self._line + whole.count(b"\n", 0, first)
            yield Block(lead + whole[first:last], line, self._count + 1)
        behind = ends[good - 1] if good else 0
        self._count += good
        self._line += whole.count(b"\n", 0, behind)
        self._parts, self._size = [whole[behind:]], len(whole) - behind
        self._begun = ([start - behind for start in starts[count:]], inner[count:])
        if good < count:
            self._refuse_gap(whole[behind : starts[good]])

    def _good_gaps(self, whole: bytes, starts: list[int], ends: list[int]) -> int:
        """Return how many rows have nothing but commas and brackets before them."""
        gaps = [whole[end:start] for end, start in zip([0, *ends], starts, strict=False)]
        if not self._count:
            gaps[0] = b"" if self._is_gap(gaps[0], _BEFORE_FIRST) else _NO_GAP
        bad = {gap for gap in set(gaps) if not self._is_gap(gap, _BETWEEN)}
        return next((i for i, gap in enumerate(gaps) if gap in bad), len(gaps))

    def _is_gap(self, gap: bytes, pattern: re.Pattern[bytes]) -> bool:
        bare = gap.strip(b" \t\r\n")
        return len(bare) <= _LONGEST_GAP and bool(pattern.fullmatch(bare))

    def _refuse_gap(self, gap: bytes) -> None:
        start = re.search(rb"[^ \t\r\n\[\],]", gap)
        if start is None:
            comma = gap.rfind(b",")
            raise self._broken("a comma with no row before it", max(0, comma))
        shown = gap[start.start() : start.start() + 40].decode(errors="backslashreplace").rstrip()
        reason = f"{shown!r} is neither an array of numbers nor an object"
        raise self._broken(reason, start.start())

    def _check_end(self) -> None:
        """Check what stands behind the last row.

        Raises:
            BrokenJson: a row or an outer array is cut short, or a comma ends it.
        """
        rest = self._rest()
        if self._scan.is_in_string or self._begun[0] or self._scan.depth:
            bare = rest.strip(b" \t\r\n,")
            if bare and not self._begun[0] and bare not in (b"[", b"]"):
                self._refuse_gap(rest)
            inside = "a string" if self._scan.is_in_string else "an array or an object"
            reason = f"the JSON ends within {inside}: is the input cut short?"
            raise self._broken(reason, len(rest.rstrip()))
        if self._is_gap(rest, _BEHIND_LAST):
            return
        if rest.strip(b" \t\r\n]").startswith(b","):
            raise self._broken("a comma with no row behind it", rest.index(b","))
        self._refuse_gap(rest)

    def _rest(self) -> bytes:
        self._parts = [b"".join(self._parts)]
        return self._parts[0]

    def _broken(self, reason: str, at: int) -> BrokenJson:
        line = self._line + self._rest().count(b"\n", 0, at)
        return BrokenJson(Place(self._source, line), reason=reason)


def _check_length(size: int, longest: int, source: str, line: int) -> None:
    if size > longest:
        raise TooLong(Place(source, line), megabytes=longest >> 20)


def records(block: Block) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a block, each with the number of the line it starts on."""
    if not block.vector:
        for line, text in enumerate(block.text.split(b"\n"), block.line):
            record = text.strip(b" \t\r")
            if record:
                yield line, record
        return
    rows = Scanner()(block.text)
    line, end = block.line, 0
    spans = zip(rows.starts.tolist(), rows.ends.tolist(), strict=False)
    for vector, (start, stop) in enumerate(spans, block.vector):
        line += block.text.count(b"\n", end, start)
        end = start
        yield Element.of(line, vector), block.text[start:stop]


def behind_first(block: Block) -> Block:
    """Return a block without its first row."""
    if not block.vector:
        record = next(record for _, record in records(block))
        end = block.text.index(b"\n", block.text.index(record)) + 1
        return Block(block.text[end:], block.line + block.text.count(b"\n", 0, end))
    return cut(block, 1)[1]


def cut(block: Block, count: int) -> tuple[Block, Block]:
    """Return the first rows of a block of a document, and the others."""
    rows = Scanner()(block.text)
    if rows.starts.size <= count:
        return block, block._replace(text=b"")
    start = int(rows.starts[count])
    lead = b"[" if rows.inner[count] else b""
    line = block.line + block.text.count(b"\n", 0, start)
    before = block._replace(text=block.text[: int(rows.ends[count - 1])] if count else b"")
    return before, Block(lead + block.text[start:], line, block.vector + count)


def joined(blocks: Sequence[Block]) -> Block:
    """Return one block of the rows of adjacent blocks of a document, on the same lines."""
    parts, line = [blocks[0].text], blocks[0].line + blocks[0].text.count(b"\n")
    for before, block in pairwise(blocks):
        was_inner, is_inner = starts_in_array(before.text), starts_in_array(block.text)
        comma = b"," if was_inner and is_inner else b"]" * was_inner
        newlines = b"\n" * max(block.line - line, not comma)
        parts += [comma + newlines, block.text[was_inner and is_inner :]]
        line = block.line + block.text.count(b"\n")
    return blocks[0]._replace(text=b"".join(parts))


def starts_in_array(text: bytes) -> bool:
    """Return whether an array stands around the first row of a text."""
    return AROUND_ROWS.match(text) is not None
