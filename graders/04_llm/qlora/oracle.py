"""bitsandbytes itself, in a box: what it packs, and what it reads from bytes that others packed."""

import importlib

import torch

torch.compile = lambda function=None, **_: function or (lambda inner: inner)  # the compiler: seconds, and not needed
bnb = importlib.import_module("bitsandbytes.functional")  # not at the top: it would be loaded ahead of that line


def packs(weight):
    """Return the codes of bitsandbytes for a float32 matrix, two a byte."""
    codes, _ = bnb.quantize_4bit(torch.from_numpy(weight), blocksize=64, compress_statistics=True, quant_type="nf4")
    return codes.numpy().ravel()


def reads(packed):
    """Return the float32 matrix that bitsandbytes reads from a packed dict."""
    inner = bnb.QuantState(
        absmax=torch.from_numpy(packed["scale"]),
        blocksize=256,
        code=bnb.create_dynamic_map(),
        dtype=torch.float32,
    )
    outer = bnb.QuantState(
        absmax=torch.from_numpy(packed["absmax"]),
        shape=torch.Size(packed["shape"]),
        dtype=torch.float32,
        blocksize=64,
        quant_type="nf4",
        code=bnb.get_4bit_type("nf4", device="cpu"),
        offset=torch.tensor(float(packed["offset"][0])),
        state2=inner,
    )
    return bnb.dequantize_4bit(torch.from_numpy(packed["codes"]).reshape(-1, 1), outer).numpy()
