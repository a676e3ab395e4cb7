"""Continues prompts with the model of one checkpoint.

    python3 complete.py --checkpoint .../global_step320 --prompt "Toute personne" --length 120
    python3 complete.py --checkpoint .../global_step320 --json --prompt en="Everyone has"

A prompt may begin with a language code and an equals sign; it is then named in the output.
"""

import argparse
import json
import re
import sys

import torch

from checkpointing import layer_file, model_file, read
from data import END_OF_DOCUMENT, VOCABULARY, decode, encode
from model import Bloom


def load_model(directory):
    """The model in a checkpoint, and the sequence length that it was trained with."""
    args = read(model_file(directory))["args"]
    model = Bloom(args.num_layers, args.hidden_size, args.num_attention_heads,
                  args.padded_vocab_size, args.init_method_std)
    for number, stage in model.stages():
        stage.load_state_dict(read(layer_file(directory, number)))
    model.eval()
    return model, args.seq_length


@torch.no_grad()
def complete(model, sequence, prompt, length, temperature, generator):
    """Up to `length` bytes after the prompt, ended early by the end of a document."""
    # A document begins after the end of the previous one: that is what the model has seen.
    tokens = [END_OF_DOCUMENT, *encode(prompt)]
    start = len(tokens)
    while len(tokens) - start < length:
        logits = model(torch.tensor([tokens[-sequence:]]))[0, -1, :VOCABULARY]
        if temperature == 0:
            token = int(logits.argmax())
        else:
            share = torch.softmax(logits / temperature, dim=-1)
            token = int(torch.multinomial(share, 1, generator=generator))
        if token == END_OF_DOCUMENT:
            break
        tokens.append(token)
    return decode(tokens[start:])


def printable(text):
    """The text with control characters escaped, so that it cannot steer a terminal."""
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]",
        lambda match: match.group().encode("unicode_escape").decode("ascii"),
        text,
    )


def parse_arguments():
    parser = argparse.ArgumentParser(description="Continues prompts with a bloom-nano model.")
    parser.add_argument("--checkpoint", required=True, help="a global_stepN directory")
    parser.add_argument("--prompt", action="append", required=True, help="[LANGUAGE=]TEXT")
    parser.add_argument("--length", type=int, default=120, help="bytes to add (default 120)")
    parser.add_argument("--temperature", type=float, default=0.5, help="0: the likeliest byte")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    return parser.parse_args()


def main():
    args = parse_arguments()
    torch.set_num_threads(1)
    try:
        model, sequence = load_model(args.checkpoint)
    except Exception as problem:  # whatever a damaged file makes the reader say
        reason = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        print(f"complete.py: cannot read {args.checkpoint}: {reason}", file=sys.stderr)
        return 1
    for index, given in enumerate(args.prompt):
        match = re.match(r"([a-z]{2,3})=(.*)", given, re.DOTALL)
        language, prompt = match.groups() if match else (None, given)
        generator = torch.Generator().manual_seed(args.seed + index)
        text = complete(model, sequence, prompt, args.length, args.temperature, generator)
        if args.json:
            record = {"language": language, "prompt": prompt, "completion": printable(text)}
            print(json.dumps(record, ensure_ascii=False))
        else:
            print(f"{printable(prompt)}|{printable(text)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
