"""The bundled model as a directory that sentence-transformers loads: the same weights, no download.

Weights are written dequantised in float16 (a 4-bit block's product fits it to four digits) and declared to be computed in
float32. About 240 MB. Format: https://huggingface.co/docs/safetensors (eight bytes of header length, JSON header, data).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.retrieval.embedded import PASSAGE, QUERY
from app.retrieval.hf_tokenizer import tokenizer_json
from app.retrieval.weights import ModelShape, WeightsFile

LAYER_PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "fi": "intermediate.dense", "fo": "output.dense", "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm",
}  # fmt: skip
BYTES = 2
ROWS_AT_A_TIME = 16384
MODULES = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))

Progress = Callable[[int, int], None]


def export_model(weights: WeightsFile, folder: Path, on_progress: Progress | None = None) -> int:
    """Writes the directory and returns its size in bytes. ``on_progress(bytes done, bytes in all)``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _descriptions(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=None if name == "tokenizer.json" else 2), "utf-8")
    _write_weights(weights, folder / "model.safetensors", on_progress)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def tensors(shape: ModelShape) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name in a BERT checkpoint -> name in the weights file and shape."""
    hidden, inner = shape.hidden, shape.feed_forward
    found: dict[str, tuple[str, tuple[int, ...]]] = {
        "embeddings.word_embeddings.weight": ("emb.word", (shape.vocabulary, hidden)),
        "embeddings.position_embeddings.weight": ("emb.pos", (shape.max_positions, hidden)),
        "embeddings.token_type_embeddings.weight": ("emb.type", (2, hidden)),
        "embeddings.LayerNorm.weight": ("emb.ln.w", (hidden,)),
        "embeddings.LayerNorm.bias": ("emb.ln.b", (hidden,)),
    }
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(shape.layers):
        for part, name in LAYER_PARTS.items():
            rows, columns = sizes.get(part, (hidden, hidden))
            place = f"encoder.layer.{layer}.{name}"
            matrix = (hidden,) if part.endswith("ln") else (rows, columns)
            found[place + ".weight"] = (f"l{layer}.{part}.w", matrix)
            found[place + ".bias"] = (f"l{layer}.{part}.b", (rows,))
    return found


def _write_weights(weights: WeightsFile, path: Path, on_progress: Progress | None) -> None:
    import numpy as np

    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    named = tensors(weights.shape)
    for name, (_, shape) in named.items():
        end = at + BYTES * int(np.prod(shape))
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    done = 0
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for source, shape in named.values():
            for part in _parts(weights, source, shape):
                content = part.astype("<f2").tobytes()
                out.write(content)
                done += len(content)
                if on_progress is not None:
                    on_progress(done, at)


def _parts(weights: WeightsFile, source: str, shape: tuple[int, ...]) -> Iterator[Any]:
    """A tensor's values in order; the word table by rows, so that it is never in memory as a whole."""
    if source != "emb.word":
        yield weights.matrix(source)
        return
    for start in range(0, shape[0], ROWS_AT_A_TIME):
        yield weights.word_rows(list(range(start, min(start + ROWS_AT_A_TIME, shape[0]))))


def _descriptions(weights: WeightsFile) -> dict[str, Any]:
    """File name -> JSON content."""
    shape = weights.shape
    marks = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>",
             "pad_token": "<pad>", "mask_token": "<mask>"}
    return {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_size": shape.hidden, "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads, "intermediate_size": shape.feed_forward, "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.max_positions, "type_vocab_size": 2, "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "pad_token_id": 1,
            "dtype": "float32", "torch_dtype": "float32",
        },
        "tokenizer.json": tokenizer_json(weights.pieces),
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.max_positions,
                                  "model_input_names": ["input_ids", "attention_mask"], **marks},
        "special_tokens_map.json": marks,
        "modules.json": [{"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
                         for place, (path, kind) in enumerate(MODULES)],
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_cls_token": False,
                                  "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False,
                                  "pooling_mode_mean_sqrt_len_tokens": False},
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": shape.max_positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": QUERY, "passage": PASSAGE, "document": PASSAGE},
                                              "default_prompt_name": None, "similarity_fn_name": "cosine"},
    }
