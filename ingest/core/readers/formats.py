"""What files may hold: CSV, JSON Lines and Parquet. Each turns one file into pages; Excel stands in `spreadsheets`.

A row that cannot become a record is set aside and the rest goes on; a file that cannot be read raises BrokenFile, one that
ends too early UnfinishedFile. Names of columns are those of the file, which the declared columns name as their path.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ingest.core.calls import Page
from ingest.core.readers.spelling import STANDARD, Spelling
from ingest.core.readers.unpacking import BrokenFile, UnfinishedFile
from ingest.core.spec import Column

BLOCK_BYTES = 8 << 20
LINE_BYTES = 16 << 20
PAGE_ROWS = 20_000
PAGE_RECORDS = 1_000  # records are shaped while they are in the processor's cache
KEPT_TEXT = 2_000  # of a row that is set aside: an unclosed quote takes the rest of the file with it


@dataclass(frozen=True, slots=True)
class OpenFile:
    """One file to read: its bytes (unpacked, at most `limit`), the declared columns, and where bad rows go: (row, reason)."""

    stream: IO[bytes]
    limit: int
    columns: tuple[Column, ...]
    set_aside: Callable[[Mapping[str, Any], str], None]

    def check(self, names: list[str], optional: tuple[str, ...]) -> None:
        """BrokenFile when a declared column is not among the file's, or one of them stands there twice."""
        wanted = [column.path for column in self.columns if not column.path.startswith(("$", "_"))]
        missing = [path for path in wanted if path not in names and path not in optional]
        double = sorted({name for name in names if names.count(name) > 1 and name in wanted})
        if missing:
            raise BrokenFile(f"has no column {', '.join(map(repr, missing))}; it has {', '.join(map(repr, names[:40]))}")
        if double:
            raise BrokenFile(f"has two columns {', '.join(map(repr, double))}")


class Format(Protocol):
    """A file format with the suffixes it is known by."""

    @property
    def suffixes(self) -> tuple[str, ...]: ...

    @property
    def needs_whole(self) -> bool:
        """Whether it jumps in the file instead of reading on."""

    @property
    def ends_with_newline(self) -> bool:
        """Whether a file without a final line break is still being written."""

    def pages(self, file: OpenFile) -> Iterator[Page]:
        """The file's records."""


@dataclass(frozen=True, slots=True)
class Csv:
    """Delimited text with a header line, or with `names` for all its columns; then only declared ones are read.

    renamed: other spellings of column names; optional: declared columns a file may lack.
    """

    delimiter: str = ","
    quote: str | None = '"'
    encoding: str = "utf-8"
    names: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    spelling: Spelling = STANDARD
    ends_with_newline: bool = False
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".txt")
    needs_whole: bool = False

    def pages(self, file: OpenFile) -> Iterator[pa.Table]:
        try:
            reader = self._reader(file)
            names = [self.renamed.get(name.strip(), name.strip()) for name in reader.schema.names]
            file.check(names, self.optional)
            for batch in reader:
                yield self.spelling.table(self._texts(batch, names, file), file.columns)
        except pa.ArrowInvalid as error:
            raise BrokenFile(f"is no such table: {_without_content(error)}") from error
        except (UnicodeError, LookupError) as error:
            raise BrokenFile(f"is not written in {self.encoding}") from error

    def _reader(self, file: OpenFile) -> Any:
        def ragged(row: Any) -> str:
            told = {"line": row.number, "text": row.text[:KEPT_TEXT]}
            file.set_aside(told, f"has {row.actual_columns} fields instead of {row.expected_columns}")
            return "skip"

        declared = [column.path for column in file.columns if column.path in self.names]
        return pacsv.open_csv(
            file.stream,
            # one thread: only then are lines counted
            pacsv.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, encoding=self.encoding, column_names=list(self.names) or None
            ),
            pacsv.ParseOptions(
                delimiter=self.delimiter,
                quote_char=self.quote or False,
                newlines_in_values=self.quote is not None,
                invalid_row_handler=ragged,
            ),
            pacsv.ConvertOptions(
                default_column_type=pa.binary(), null_values=[""], strings_can_be_null=True, include_columns=declared or None
            ),
        )

    def _texts(self, batch: pa.RecordBatch, names: list[str], file: OpenFile) -> pa.Table:
        """The batch as text; rows that hold bytes which are none are set aside."""
        table = pa.Table.from_batches([batch]).rename_columns(names)
        try:
            return pa.table([column.cast(pa.string()) for column in table.columns], names=names)
        except pa.ArrowInvalid:
            pass
        kept: list[dict[str, str | None]] = []
        for row in table.to_pylist():
            try:
                kept.append({name: None if value is None else value.decode() for name, value in row.items()})
            except UnicodeDecodeError:
                told = {name: value and value.decode(errors="replace") for name, value in row.items()}
                file.set_aside(told, f"holds bytes that are not {self.encoding}")
        return pa.Table.from_pylist(kept, pa.schema([(name, pa.string()) for name in names]))


def _without_content(error: BaseException) -> str:
    """Arrow's complaint up to where it repeats what stands in the row."""
    told = str(error).splitlines()[0]
    return re.sub(r"(got \d+|invalid value|conversion error to \w+):? .*", r"\1", told)[:160]


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object per line. `pairs` adds, beside a list of keys and values, an object with the values by their keys."""

    pairs: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ends_with_newline: bool = False
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".json")
    needs_whole: bool = False

    def pages(self, file: OpenFile) -> Iterator[list[Any]]:
        page: list[Any] = []
        for number, line in enumerate(_lines(file.stream), 1):
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                if not line.endswith(b"\n"):
                    yield page
                    raise UnfinishedFile("breaks off in its last line") from error
                file.set_aside({"line": number, "text": line[:KEPT_TEXT].decode(errors="replace")}, "the line is not JSON")
                continue
            page.append(self._completed(record) if type(record) is dict else record)
            if len(page) >= PAGE_RECORDS:
                yield page
                page = []
        if page:
            yield page

    def _completed(self, record: dict[str, Any]) -> dict[str, Any]:
        for name, beside in self.pairs.items():
            record[beside] = _by_key(record.get(name))
        for name, value in self.defaults.items():
            if record.get(name) is None:
                record[name] = value
        return record


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines that hold something, without a byte order mark."""
    first = stream.readline(LINE_BYTES).removeprefix(b"\xef\xbb\xbf")
    line = first
    while line:
        if len(line) >= LINE_BYTES:
            raise BrokenFile(f"has a line of more than {LINE_BYTES:,} bytes")
        if not line.isspace():
            yield line
        line = stream.readline(LINE_BYTES)


def _by_key(pairs: Any) -> dict[str, Any]:
    """`[{key, value: {string_value: ...}}]` as `{key: ...}`; the value that is set, whatever its type."""
    found: dict[str, Any] = {}
    for pair in pairs if type(pairs) is list else ():
        value = pair.get("value") if type(pair) is dict else None
        if type(value) is dict:
            for told in value.values():
                if told is not None:
                    found[pair.get("key")] = told
                    break
    return found


@dataclass(frozen=True, slots=True)
class Parquet:
    """Parquet; the fields of a struct are columns named `struct.field`."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    spelling: Spelling = STANDARD
    ends_with_newline: bool = False
    suffixes: tuple[str, ...] = (".parquet", ".pq")
    needs_whole: bool = True

    def pages(self, file: OpenFile) -> Iterator[pa.Table]:
        try:
            held, left = pq.ParquetFile(file.stream), file.limit
            for batch in held.iter_batches(batch_size=PAGE_ROWS):
                left -= batch.nbytes
                if left < 0:
                    raise BrokenFile(f"unpacks to more than the {file.limit:,} bytes allowed")
                table = _flat(pa.Table.from_batches([batch]))
                table = table.rename_columns([self.renamed.get(name, name) for name in table.column_names])
                file.check(table.column_names, self.optional)
                yield self.spelling.table(table, file.columns)
        except (pa.ArrowException, OSError) as error:
            raise BrokenFile(f"is no readable Parquet: {str(error).splitlines()[0][:160]}") from error


def _flat(table: pa.Table) -> pa.Table:
    """Structs as columns of their own; bytes that are text as text, since older writers do not tell the two apart."""
    while any(pa.types.is_struct(column.type) for column in table.schema):
        table = table.flatten()
    for at, column in enumerate(table.schema):
        if pa.types.is_binary(column.type):
            with contextlib.suppress(pa.ArrowInvalid):
                table = table.set_column(at, column.name, table[at].cast(pa.string()))
    return table
