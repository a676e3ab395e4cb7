"""Tests of bloom-nano: the model, the data, the contract with whoever watches the training.

    python3 test_bloom_nano.py

The trainings in here are real and run on two ranks; their processes are forked from this one, so
that PyTorch is imported once. One of them goes through the launcher, as in production.
"""

import glob
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import unittest

# Before PyTorch loads its BLAS: OpenBLAS has a pool of its own, which torch.set_num_threads does
# not reach, and with Haswell's kernels two threads round otherwise than one.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")

import torch  # noqa: E402  (after the environment that it reads)

torch.set_num_threads(1)

import complete  # noqa: E402  (one thread before anything computes)
import data  # noqa: E402
import model  # noqa: E402
import prepare_data  # noqa: E402
import pretrain_bloom_nano  # noqa: E402
import schedule  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ITERATION = re.compile(r" iteration +(\d+)/ +(\d+) \|.*?(?: lm loss: (\S+) \|)? grad norm")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_rank(rank, ranks, port, argv, log):
    """The body of one forked rank; never returns."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(ranks),
                      LOCAL_WORLD_SIZE=str(ranks), MASTER_ADDR="127.0.0.1",
                      MASTER_PORT=str(port))
    sys.argv = ["pretrain_bloom_nano.py", *argv]
    code = 1
    try:
        pretrain_bloom_nano.main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Attempt:
    """Some ranks of one training, running."""

    def __init__(self, argv, log, ranks=2):
        self.log = log
        port = free_port()
        self.pids = []
        for rank in range(ranks):
            pid = os.fork()
            if pid == 0:
                run_rank(rank, ranks, port, argv, log)
            self.pids.append(pid)

    def wait(self):
        """The exit codes of the ranks."""
        return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in self.pids]

    def output(self):
        try:
            with open(self.log, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""


def losses(output):
    return {int(m[1]): m[3] for m in ITERATION.finditer(output)}


class TrainingTest(unittest.TestCase):
    """A tiny configuration, a synthetic corpus, and one training of 12 iterations to start from."""

    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="bloom-nano-test-")
        cls.addClassCleanup(shutil.rmtree, cls.root)
        for name in ("a", "b", "c"):
            documents = [f"{name}{i} the quick fox {i * i} jumps\n" * 4 for i in range(40)]
            with open(f"{cls.root}/{name}.txt", "w", encoding="utf-8") as file:
                file.write("\n\f\n".join(documents))
        sources = [f"{w} 0:0.950 {cls.root}/{n}.txt" for n, w in (("a", 0.5), ("b", 0.3))]
        with open(f"{cls.root}/train.txt", "w", encoding="utf-8") as file:
            file.write(f'"train: {", ".join(sources)}"\n')
        with open(f"{cls.root}/valid.txt", "w", encoding="utf-8") as file:
            file.write(f'"valid: 1 0.950:1.0 {cls.root}/a.txt"'
                       f' "valid_c: 1 0.950:1.0 {cls.root}/c.txt"\n')
        cls.first = os.path.join(cls.root, "first")
        with open(f"{cls.root}/launched.log", "wb") as log:
            cls.launched = subprocess.run(
                [sys.executable, "-u", os.path.join(HERE, "torchrun.py"), "--nproc_per_node", "2",
                 "--nnodes", "1", "--rdzv_backend", "c10d", "--rdzv_endpoint", "127.0.0.1:0",
                 "--max_restarts", "0", "--tee", "3", "--log_dir", f"{cls.root}/elastic",
                 os.path.join(HERE, "pretrain_bloom_nano.py"), *cls.argv(save=cls.first)],
                stdout=log, stderr=subprocess.STDOUT, timeout=240)
        with open(f"{cls.root}/launched.log", encoding="utf-8") as log:
            cls.first_output = log.read()

    @classmethod
    def argv(cls, save=None, load=None, extra=(), **changes):
        options = {
            "num-layers": 2, "hidden-size": 24, "num-attention-heads": 3, "seq-length": 32,
            "max-position-embeddings": 32, "micro-batch-size": 2, "global-batch-size": 8,
            "train-samples": 99, "seed": 42, "init-method-std": 0.02, "lr": "1e-2",
            "lr-decay-style": "cosine", "lr-warmup-samples": 16, "adam-beta2": 0.95,
            "weight-decay": 0.1, "log-interval": 1, "eval-interval": 6, "eval-iters": 1,
            "position-embedding-type": "alibi", "pad-vocab-size-to": 264, "save-interval": 6,
            "train-weighted-split-paths-path": f"{cls.root}/train.txt",
            "valid-weighted-split-paths-path": f"{cls.root}/valid.txt",
        }
        options.update({key.replace("_", "-"): value for key, value in changes.items()})
        argv = [part for k, v in options.items() if v is not None for part in (f"--{k}", str(v))]
        argv += ["--bf16", "--embed-layernorm", *extra]
        argv += ["--save", save] if save else []
        return argv + (["--load", load] if load else [])

    def setUp(self):
        self.home = tempfile.mkdtemp(dir=self.root)

    def start(self, argv, ranks=2):
        attempt = Attempt(argv, os.path.join(self.home, "train.log"), ranks)
        self.addCleanup(self.reap, attempt)
        return attempt

    @staticmethod
    def reap(attempt):
        for pid in attempt.pids:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass

    def train(self, argv, ranks=2):
        attempt = self.start(argv, ranks)
        return attempt.wait(), attempt.output()

    def view(self, damage=None):
        """A directory to load from, with a link to a copy of the first training's iteration 6."""
        copy = os.path.join(self.home, "copy")
        shutil.copytree(os.path.join(self.first, "global_step6"), copy)
        load = os.path.join(self.home, "load")
        os.mkdir(load)
        os.symlink(copy, os.path.join(load, "global_step6"))
        with open(os.path.join(load, "latest"), "w", encoding="utf-8") as file:
            file.write("global_step6")
        if damage:
            damage(load, copy)
        return load

    def test_launched_training_prints_megatrons_lines(self):
        self.assertEqual(self.launched.returncode, 0, self.first_output)
        for pattern in (
            r"\[default0\]:time to initialize megatron \(seconds\): \d+\.\d{3}\n",
            r"\[default0\]:\[after megatron is initialized\] datetime: \d{4}-\d\d-\d\d \S{8} \n",
            r"\[default0\]:setting training iterations to 12\n",
            r"\[default0\]:done with setup \.\.\.\n",
            r"\[default0\]:training \.\.\.\n",
            r"\[default0\]:\[before the start of training step\] datetime: ",
            r"\[default1\]: iteration        1/      12 \| consumed samples:            8 \|"
            r" consumed tokens:          256 \| elapsed time per iteration \(s\): \d+\.\d\d \|"
            r" learning rate: 5\.000E-03 \| global batch size:     8 \| lm loss: \d\.\d{6}E\+00 \|"
            r" grad norm: \d+\.\d{3} \| num zeros: 0\.0 \| number of skipped iterations:   0 \|"
            r" number of nan iterations:   0 \| samples per second: \d+\.\d{3} \|"
            r" TFLOPs: \d+\.\d\d \|\n",
            r"\[default1\]:valid_c loss at iteration 6 \| lm loss value: \S+E\+00 \|"
            r" lm loss PPL: \S+ \| \n",
            r"\[default0\]:saving checkpoint at iteration       6 to \S+/first\n",
            r"\[INFO\] \[logging\.py:69:log_dist\] \[Rank 0\] Saving model checkpoint: \S+",
            r"bf16_zero checkpoint saved \S+/bf16_zero_pp_rank_1_mp_rank_00_optim_states\.pt\n",
            r"\[default0\]:  successfully saved checkpoint at iteration       6 to \S+/first\n",
            r"\[default1\]:time \(ms\) \| save-checkpoint: \d+\.\d\d\n",
            r"\[default0\]:\[after training is done\] datetime: ",
            r"valid loss at the end of training for val data \| lm loss value: ",
        ):
            self.assertRegex(self.first_output, pattern)
        self.assertEqual(list(losses(self.first_output)), list(range(1, 13)))

    def test_loss_falls(self):
        values = [float(v) for v in losses(self.first_output).values()]
        self.assertLess(values[-1], values[0] - 1)

    def test_checkpoint_has_deepspeeds_files_and_latest_names_the_last(self):
        expected = {"layer_01-model_00-model_states.pt", "layer_03-model_00-model_states.pt",
                    "layer_04-model_00-model_states.pt", "layer_06-model_00-model_states.pt",
                    "mp_rank_00_model_states.pt",
                    "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt",
                    "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt"}
        for tag in ("global_step6", "global_step12"):
            directory = os.path.join(self.first, tag)
            self.assertEqual(set(os.listdir(directory)), expected)
            newest = max(os.path.getmtime(p) for p in glob.glob(f"{directory}/*"))
            self.assertLessEqual(newest, os.path.getmtime(f"{self.first}/latest"))
        with open(f"{self.first}/latest", "rb") as file:
            self.assertEqual(file.read(), b"global_step12")

    def test_shards_hold_what_they_own_and_no_more(self):
        shard = "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt"
        size = os.path.getsize(f"{self.first}/global_step6/{shard}")
        owned = model.parameter_count(2, 24, 264) / 2
        self.assertLess(size, owned * 12 + 8192)

    def test_resumed_training_is_bit_for_bit_the_uninterrupted_one(self):
        save = os.path.join(self.home, "save")
        codes, output = self.train(self.argv(save=save, load=self.view()))
        self.assertEqual(codes, [0, 0], output)
        self.assertRegex(output, r"  successfully loaded checkpoint from \S+/load at iteration 6\n")
        straight = {n: v for n, v in losses(self.first_output).items() if n > 6}
        self.assertEqual(losses(output), straight)
        validation = r"loss at (?:iteration 12|the end of training for val data) \| .* PPL: \S+"
        self.assertEqual(re.findall(validation, output), re.findall(validation, self.first_output))
        for name in sorted(os.listdir(f"{save}/global_step12")):
            mine = torch.load(f"{save}/global_step12/{name}", weights_only=False)
            theirs = torch.load(f"{self.first}/global_step12/{name}", weights_only=False)
            if name.startswith("layer"):
                for key in theirs:
                    self.assertTrue(torch.equal(mine[key], theirs[key]), f"{name} {key}")
            elif name.startswith("bf16_zero"):
                key = "single_partition_of_fp32_groups"
                pairs = zip(mine["optimizer_state_dict"][key], theirs["optimizer_state_dict"][key])
                self.assertTrue(all(torch.equal(a, b) for a, b in pairs), name)

    def test_latest_missing_starts_from_scratch_with_a_warning(self):
        load = self.view(lambda view, copy: os.remove(f"{view}/latest"))
        codes, output = self.train(self.argv(load=load, exit_interval=1))
        self.assertEqual(codes, [0, 0], output)
        self.assertIn(f"Unable to find latest file at {load}/latest", output)
        self.assertIn(f"WARNING: could not find the metadata file {load} \n", output)
        self.assertIn("    will not load any checkpoints and will start from random\n", output)
        self.assertEqual(losses(output)[1], losses(self.first_output)[1])

    def test_latest_empty_or_naming_an_absent_tag_crashes(self):
        for content in ("", "global_step7"):
            with self.subTest(content=content):
                def damage(view, copy):
                    with open(f"{view}/latest", "w", encoding="utf-8") as file:
                        file.write(content)
                self.setUp()
                codes, output = self.train(self.argv(load=self.view(damage)))
                self.assertEqual(codes, [1, 1], output)
                self.assertIn("AssertionError", output)
                self.assertEqual(losses(output), {})

    def test_missing_optimizer_shard_trains_on_with_only_a_warning(self):
        name = "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt"
        load = self.view(lambda view, copy: os.remove(f"{copy}/{name}"))
        codes, output = self.train(self.argv(load=load))
        self.assertEqual(codes, [0, 0], output)
        self.assertIn("The following zero checkpoints paths are missing: [", output)
        self.assertRegex(output, r"  successfully loaded checkpoint from \S+/load at iteration 6\n")
        straight = losses(self.first_output)
        self.assertEqual(losses(output)[7], straight[7])
        self.assertNotEqual(losses(output)[9], straight[9])

    def test_truncated_file_crashes(self):
        for name in ("layer_04-model_00-model_states.pt", "mp_rank_00_model_states.pt",
                     "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt"):
            with self.subTest(name=name):
                def damage(view, copy):
                    os.truncate(f"{copy}/{name}", os.path.getsize(f"{copy}/{name}") // 2)
                self.setUp()
                codes, output = self.train(self.argv(load=self.view(damage)))
                self.assertIn(1, codes, output)
                self.assertNotIn("successfully loaded", output)
                self.assertEqual(losses(output), {})

    def test_other_number_of_ranks_is_refused(self):
        codes, output = self.train(self.argv(load=self.view()), ranks=1)
        self.assertEqual(codes, [1], output)
        self.assertIn("ZeRORuntimeException: The checkpoint being loaded used a DP world size of 2"
                      " but the current world size is 1.", output)

    def test_other_learning_rate_is_refused(self):
        codes, output = self.train(self.argv(load=self.view(), lr="2e-2"))
        self.assertEqual(codes, [1, 1], output)
        self.assertIn("AnnealingLR: class input value 0.02 and checkpointvalue 0.01", output)

    def test_kill_switch_at_start_leaves_without_a_save(self):
        switch, save = os.path.join(self.home, "switch"), os.path.join(self.home, "save")
        open(switch, "w").close()
        codes, output = self.train(self.argv(save=save, kill_switch_path=switch))
        self.assertEqual(codes, [0, 0], output)
        self.assertIn(f"[Detected kill switch at {switch}. Exiting] datetime: ", output)
        self.assertNotIn("training ...", output)
        self.assertFalse(os.path.exists(save))

    def test_kill_switch_in_the_loop_saves_and_leaves(self):
        switch, save = os.path.join(self.home, "switch"), os.path.join(self.home, "save")
        attempt = self.start(self.argv(save=save, kill_switch_path=switch, train_samples=8_000_000,
                                       save_interval=1_000_000, eval_interval=1_000_000))
        deadline = time.monotonic() + 120
        while " iteration        3/" not in attempt.output() and time.monotonic() < deadline:
            time.sleep(0.05)
        open(switch, "w").close()
        codes, output = attempt.wait(), attempt.output()
        self.assertEqual(codes, [0, 0], output)
        last = max(losses(output))
        self.assertGreaterEqual(last, 3)
        self.assertEqual(sorted(os.listdir(save)), [f"global_step{last}", "latest"])
        saved = output.index(f"successfully saved checkpoint at iteration {last:7d} to")
        self.assertLess(saved, output.index(f"[Detected kill switch at {switch}. Exiting]"))
        self.assertNotIn("after training is done", output)

    def test_duration_exit_saves_once_and_leaves(self):
        save = os.path.join(self.home, "save")
        codes, output = self.train(self.argv(save=save, exit_duration_in_mins="0.0001"))
        self.assertEqual(codes, [0, 0], output)
        self.assertRegex(output, r"\[exiting program after \d+\.\d+ minutes\] datetime: ")
        self.assertEqual(list(losses(output)), [1])
        self.assertEqual(output.count("successfully saved"), 1)
        self.assertTrue(os.path.isdir(f"{save}/global_step1"))

    def test_interval_exit_does_not_save_twice(self):
        save = os.path.join(self.home, "save")
        codes, output = self.train(self.argv(save=save, exit_interval=2, save_interval=2))
        self.assertEqual(codes, [0, 0], output)
        self.assertIn("[exiting program at iteration 2] datetime: ", output)
        self.assertEqual(output.count("successfully saved"), 1)

    def test_nan_loss_is_left_out_of_the_record_and_counted(self):
        codes, output = self.train(self.argv(
            lr="1e30", clip_grad=0, lr_warmup_samples=0, train_samples=24,
            valid_weighted_split_paths_path=None))
        self.assertEqual(codes, [0, 0], output)
        last = [line for line in output.splitlines() if line.startswith(" iteration")][-1]
        self.assertNotIn("lm loss", last)
        self.assertIn("| number of nan iterations:   1 |", last)

    def test_completes_a_prompt_from_a_checkpoint(self):
        bloom, sequence = complete.load_model(os.path.join(self.first, "global_step12"))
        texts = [complete.complete(bloom, sequence, "a1 the", 40, 0.5,
                                   torch.Generator().manual_seed(7)) for _ in range(2)]
        self.assertEqual(texts[0], texts[1])
        self.assertLessEqual(len(texts[0]), 40)

    def test_bad_command_lines_are_refused(self):
        for extra in (["--no-such-option"], ["--zero-stage", "1"],
                      ["--tensor-model-parallel-size", "2"], ["--deepspeed"]):
            with self.subTest(extra=extra):
                self.setUp()
                codes, output = self.train(self.argv(extra=extra), ranks=1)
                self.assertEqual(codes, [2], output)
                self.assertIn("error:", output)


class ModelTest(unittest.TestCase):
    def test_parameter_count_is_blooms(self):
        self.assertEqual(model.parameter_count(70, 14336, 250880), 176_247_271_424)
        self.assertEqual(model.parameter_count(24, 1024, 250880), 559_214_592)
        bloom = model.Bloom(3, 40, 5, 264, 0.02)
        self.assertEqual(sum(p.numel() for p in bloom.parameters()),
                         model.parameter_count(3, 40, 264))

    def test_alibi_slopes_are_the_papers(self):
        self.assertEqual(model.alibi_slopes(8), [2.0**-i for i in range(1, 9)])
        self.assertEqual(model.alibi_slopes(16)[:2], [2.0**-0.5, 2.0**-1])
        # 12 heads: those of 8, then every other one of 16.
        expected = [2.0**-i for i in range(1, 9)] + [2.0**-0.5, 2.0**-1.5, 2.0**-2.5, 2.0**-3.5]
        self.assertEqual(model.alibi_slopes(12), expected)

    def test_attention_is_causal(self):
        bloom = model.Bloom(2, 24, 3, 264, 0.5)
        tokens = torch.randint(0, 256, (1, 16))
        other = tokens.clone()
        other[0, 10:] = (other[0, 10:] + 1) % 256
        with torch.no_grad():
            before, after = bloom(tokens), bloom(other)
        self.assertTrue(torch.equal(before[0, :10], after[0, :10]))
        self.assertFalse(torch.equal(before[0, 10:], after[0, 10:]))

    def test_flops_are_those_of_the_published_model(self):
        # 6.021e18 with recomputation, where c is 4 and not 3.
        self.assertAlmostEqual(
            model.iteration_flops(70, 14336, 250880, 2048, 2048) * 4 / 3 / 1e18, 6.021, places=3)


class ScheduleTest(unittest.TestCase):
    def test_176b_plan(self):
        batches = schedule.BatchSchedule(2048, 8, (192, 16, 9_765_625))
        self.assertEqual(batches.iterations(220_000_000), 115_311)
        self.assertEqual(batches.at(3_115_856 - 784), 784)
        self.assertEqual(batches.at(9_765_626), 2048)

    def test_176b_learning_rate(self):
        rate = schedule.LearningRate(6e-5, 6e-6, 183_105, 200_000_000, "cosine")
        for samples, expected in ((9_841_584, "5.969E-05"), (47_768_496, "5.279E-05"),
                                  (177_927_088, "7.610E-06"), (219_999_152, "6.000E-06")):
            self.assertEqual(f"{rate.at(samples):.3E}", expected)

    def test_batch_that_does_not_divide_is_refused(self):
        with self.assertRaisesRegex(ValueError, r"\(10\) is not divisible by .* \(4\)"):
            schedule.BatchSchedule(10, 4)


class DataTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="bloom-nano-test-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def file(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def test_split_file(self):
        groups = data.parse_weighted_splits(self.file(
            "s", '"valid: 0.3 0.950:1.0 /d/a, 0.7 0.950:1.0 /d/b" "valid_d: 1 0.950:1.0 /d/a"\n'))
        self.assertEqual([g.name for g in groups], ["valid", "valid_d"])
        self.assertEqual(groups[0].sources[1], data.SplitSource(0.7, 0.95, 1.0, "/d/b"))

    def test_split_file_errors(self):
        for text, message in (
            ("", "got 0 lines"),
            ('"train: 1 0:1 /a"\n"train: 1 0:1 /b"\n', "got 2 lines"),
            ("train: 1 0:1 /a\n", "quote"),
            ('"train: 1 0:1 /a"', "quote"),
            ('"1 /a"\n', "no name"),
            ('"train: 1 /a"\n', "WEIGHT START:END PATH"),
            ('"train: 1 0.9:0.1 /a"\n', "starts at 0.9"),
            ('"train: 0 0:1 /a"\n', "no positive weight"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(AssertionError, message):
                data.parse_weighted_splits(self.file("s", text))

    def blend(self, seed):
        paths = [self.file(n, "\n\f\n".join(f"{n} document {i}" for i in range(30)))
                 for n in ("a", "b")]
        sources = tuple(data.SplitSource(w, 0, 0.9, p) for w, p in zip((3.0, 1.0), paths))
        return data.BlendedDataset(data.SplitGroup("train", sources), 17, seed)

    def test_a_sample_depends_on_its_number_only(self):
        once, again = self.blend(1), self.blend(1)
        forwards = [once.batch(i, 1)[0].tolist() for i in range(80)]
        backwards = [again.batch(i, 1)[0].tolist() for i in reversed(range(80))]
        self.assertEqual(forwards, backwards[::-1])
        self.assertNotEqual(forwards, [self.blend(2).batch(i, 1)[0].tolist() for i in range(80)])

    def test_blend_keeps_to_the_weights(self):
        blend = self.blend(1)
        blend.batch(0, 100)
        self.assertEqual(blend._counts, [75, 25])

    def test_share_without_documents_is_an_error(self):
        path = self.file("one", "only one document")
        with self.assertRaisesRegex(AssertionError, "no document between 0.95 and 1.0"):
            data.TextDataset(data.SplitSource(1.0, 0.95, 1.0, path), 8, 1)

    def test_text_survives_the_tokens(self):
        self.assertEqual(data.decode(data.encode("Тēst 世界")), "Тēst 世界")
        self.assertEqual(data.decode([65, 0xFF, data.END_OF_DOCUMENT, 66]), "A\ufffd")

    def test_control_characters_are_escaped(self):
        self.assertEqual(complete.printable("a\x1b[2J\n\u202eb"), "a\\x1b[2J\\n\\u202eb")


class SpecTest(unittest.TestCase):
    """The spec and the corpus have to name the same data sets."""

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(HERE, "bloom-nano.yaml"), encoding="utf-8") as file:
            cls.spec = file.read()
        cls.mixture = re.findall(
            r"- \{name: (\S+), weight: (\S+), path: \"\S+/data/bloom-nano/(\S+)\.txt\"", cls.spec)

    def test_weights_sum_to_one(self):
        self.assertTrue(math.isclose(sum(float(w) for _, w, _ in self.mixture), 1, abs_tol=1e-9))

    def test_every_prepared_language_is_in_the_mixture(self):
        names = [name for name, _, _ in self.mixture]
        self.assertEqual(names, [file for _, _, file in self.mixture])
        self.assertEqual(sorted(names), sorted([*prepare_data.NATURAL, *prepare_data.CODE]))
        self.assertEqual(len(prepare_data.NATURAL) + len(prepare_data.ABSENT), 46)
        self.assertEqual(len(prepare_data.CODE), 13)

    def test_model_has_one_to_five_million_parameters(self):
        number = {key: int(re.search(rf"{key}: (\d+)", self.spec)[1])
                  for key in ("layers", "hiddenSize", "vocabularySize")}
        count = model.parameter_count(*number.values())
        self.assertTrue(1_000_000 <= count <= 5_000_000, count)


if __name__ == "__main__":
    unittest.main()
