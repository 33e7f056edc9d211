"""Write checkpoints in PyTorch's legacy format, without PyTorch."""

import io
import pickle
import struct
from collections import OrderedDict

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C


class Global:
    """Pickled as a reference to a name in a module."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Storage:
    def __init__(self, key, values, kind="FloatStorage"):
        self.key, self.values, self.kind = key, values, kind


class Call:
    """Pickled as a call of a global."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments


class Pickler(pickle._Pickler):
    """The Python pickler, taught to write globals and calls of things that are not importable here."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012 - that is how the pickler wants it

    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", Global("torch", value.kind), value.key, "cpu", len(value.values), None)
        return None

    def save_global_reference(self, value):
        self.write(pickle.GLOBAL + f"{value.module}\n{value.name}\n".encode())

    def save_call(self, value):
        self.save(value.function)
        self.save(value.arguments)
        self.write(pickle.REDUCE)

    dispatch[Global] = save_global_reference
    dispatch[Call] = save_call


def tensor(storage, shape, strides, offset=0):
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, storage, offset, shape, strides, False, OrderedDict())


def checkpoint(tensors, storages):
    """Return the bytes of a file with tensors (by name) over storages."""
    out = io.BytesIO()
    system = {"protocol_version": 1001, "little_endian": True}
    for value in (MAGIC_NUMBER, 1001, system, tensors, [storage.key for storage in storages]):
        Pickler(out, 2).dump(value)
    for storage in storages:
        code = "q" if storage.kind == "LongStorage" else "f"
        out.write(struct.pack("<q", len(storage.values)))
        out.write(struct.pack(f"<{len(storage.values)}{code}", *storage.values))
    return out.getvalue()
