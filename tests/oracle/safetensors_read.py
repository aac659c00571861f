#!/usr/bin/env python3
"""An independent reader of safetensors: safetensors_read.py FILE

Checks that the tensors tile the data section to the end of the file and that lm.crc32c, if it
is there, holds.  Prints "sums TAB digits" (as computed), then for each tensor in data order
"name TAB dtype TAB shape TAB sum of its elements".  Uses numpy if it is there."""
import json, math, struct, sys

try:
    import numpy
except ImportError:
    numpy = None

CODES = {"F64": "d", "I64": "q", "U64": "Q", "F32": "f", "I32": "i", "U32": "I", "F16": "e",
         "BF16": "H", "I16": "h", "U16": "H", "I8": "b", "U8": "B", "BOOL": "B"}


def decode(dtype, data):
    if dtype == "BF16":  # the upper halves of F32
        halves = struct.unpack("<%dH" % (len(data) // 2), data)
        dtype, data = "F32", b"".join(struct.pack("<HH", 0, half) for half in halves)
    code, size = CODES[dtype], struct.calcsize("<" + CODES[dtype])
    if numpy:
        return numpy.frombuffer(data, "<" + numpy.dtype(code).str[1:]).tolist()
    return struct.unpack("<%d%s" % (len(data) // size, code), data)


TABLE = []  # CRC-32C by its definition: polynomial 0x1EDC6F41, bits reflected
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return "%08x" % (crc ^ 0xFFFFFFFF)


with open(sys.argv[1], "rb") as file:
    contents = file.read()
data_at = 8 + int.from_bytes(contents[:8], "little")
head, data = contents[:data_at], contents[data_at:]
tensors = json.loads(head[8:].decode("utf-8"))
metadata = tensors.pop("__metadata__", {})
at, sums, lines = 0, "", []
for name, tensor in sorted(tensors.items(), key=lambda item: item[1]["data_offsets"]):
    begin, end = tensor["data_offsets"]
    values = decode(tensor["dtype"], data[begin:end])
    assert begin == at and len(values) == math.prod(tensor["shape"]), name
    at, sums = end, sums + crc32c(data[begin:end])
    lines.append("%s\t%s\t%s\t%.9g" % (name, tensor["dtype"], tensor["shape"], math.fsum(values)))
assert at == len(data), "the tensors end at %d, the data at %d" % (at, len(data))
stated = metadata.get("lm.crc32c")
if stated is not None:
    head = head.replace(stated.encode(), b"0" * len(stated))
    sums = crc32c(head) + sums
    assert stated == sums, "lm.crc32c: stated %s, computed %s" % (stated, sums)
    print("sums\t" + sums)
print("\n".join(lines))
