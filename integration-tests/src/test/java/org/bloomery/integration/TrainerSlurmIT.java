package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.files.CheckpointScanner;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointVerifier;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.training.LogRecord;
import org.bloomery.core.training.Progress;
import org.bloomery.core.training.TrainingLogReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: the stand-in for Megatron-DeepSpeed does what the product looks for in the real one.
 * Method: BLOOM's training on 48 of 52 nodes, with its 720 files a checkpoint, read by the
 * product's own readers.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrainerSlurmIT {
  private static final CheckpointLayout BLOOM =
      new CheckpointLayout(70, 4, 12, 8, CheckpointLayout.Shards.BF16);

  private static SlurmContainer cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = SlurmContainer.start(SlurmSettings.ofNodes(52).withSpares(4));
    cluster.setStepTime(Duration.ofMillis(100));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void trainsSavesLeavesOnRequestLoadsAndDies() throws Exception {
    Path first = newAttempt("0001");
    String job = cluster.submit(48, train(first, ""), "--output=" + first.resolve("train.log"));
    CheckpointScanner scanner = new CheckpointScanner();
    cluster.await(
        "global_step10"::equals, "sh", "-c", "cat " + first + "/save/latest 2> /dev/null");
    Files.createFile(first.resolve("kill-switch"));

    assertThat(cluster.awaitAccounted(job, "State,ExitCode,NodeList"))
        .containsExactly("COMPLETED", "0:0", "node[01-48]");
    Progress stopped = read(first);
    assertThat(stopped.leaving()).contains(Progress.Leaving.KILL_SWITCH);
    assertThat(stopped.targetIteration()).hasValue(115_311);
    long saved = stopped.savedIteration().orElseThrow();
    assertThat(stopped.lastIteration()).hasValue(saved);
    assertThat(scanner.latest(first.resolve("save")))
        .isEqualTo(new LatestFile.Names("global_step" + saved));
    for (long iteration : List.of(10L, saved)) {
      Path checkpoint = first.resolve("save/global_step" + iteration);
      assertThat(CheckpointVerifier.verdict(BLOOM, iteration, scanner.scan(checkpoint)))
          .isInstanceOf(Verdict.Complete.class);
    }

    Path second = newAttempt("0002");
    Files.createDirectory(second.resolve("load"));
    Files.writeString(second.resolve("load/latest"), "global_step" + saved, UTF_8);
    Files.createSymbolicLink(
        second.resolve("load/global_step" + saved), first.resolve("save/global_step" + saved));
    cluster.failTraining("node07", saved + 5, "RuntimeError: CUDA error: unknown error");
    job =
        cluster.submit(
            48,
            train(second, "--load " + second.resolve("load")),
            "--output=" + second.resolve("train.log"));

    assertThat(cluster.awaitAccounted(job, "State")).containsExactly("FAILED");
    Progress failed = read(second);
    assertThat(failed.loadedFrom()).hasValue(saved);
    assertThat(failed.firstIteration()).hasValue(saved + 1);
    assertThat(failed.lastIteration()).isEqualTo(OptionalLong.of(saved + 4));
    assertThat(failed.errors().get(0).cause()).isEqualTo(EndCause.GPU_FAULT);
    assertThat(failed.errors()).anyMatch(error -> error.node().equals(Optional.of("node07")));
  }

  private static Path newAttempt(String number) throws IOException {
    Path attempt = Files.createDirectories(cluster.directory().resolve("attempts").resolve(number));
    Files.writeString(attempt.resolve("train-splits.txt"), "\"train: 1.0 0:0.95 /data/en\"\n");
    Files.writeString(
        attempt.resolve("valid-splits.txt"),
        "\"valid: 1.0 0.95:1.0 /data/en\" \"valid_en: 1 0.95:1.0 /data/en\"\n");
    Files.writeString(
        attempt.resolve("ds_config.json"),
        "{\"train_batch_size\": 2048, \"train_micro_batch_size_per_gpu\": 2}\n");
    return attempt;
  }

  /** One launcher on each node, as a rendered body starts it, with BLOOM's arguments. */
  private static String train(Path attempt, String load) {
    return """
        srun --wait=60 --kill-on-bad-exit=1 --export=ALL bash -c \
        'exec python -u -m torch.distributed.run --node_rank "$SLURM_PROCID" "$@"' launcher \
        --nproc_per_node 8 --nnodes 48 --rdzv_id $SLURM_JOB_ID --rdzv_backend c10d \
        --rdzv_endpoint node01:29500 --max_restarts 0 --tee 3 pretrain_gpt.py \
        --tensor-model-parallel-size 4 --pipeline-model-parallel-size 12 \
        --pp-partition-method 'type:transformer|embedding' --num-layers 70 --hidden-size 14336 \
        --num-attention-heads 112 --seq-length 2048 --max-position-embeddings 2048 \
        --micro-batch-size 2 --rampup-batch-size 192 16 9_765_625 --global-batch-size 2048 \
        --train-samples 220_000_000 --bf16 --pad-vocab-size-to 250880 --lr 6e-5 --min-lr 6e-6 \
        --lr-decay-style cosine --lr-decay-samples 200_000_000 --lr-warmup-samples 183_105 \
        --log-interval 1 --save-interval 10 --eval-interval 1000 --eval-iters 1 \
        --checkpoint-activations --deepspeed --zero-stage 0 \
        --train-weighted-split-paths-path %1$s/train-splits.txt \
        --valid-weighted-split-paths-path %1$s/valid-splits.txt \
        --deepspeed_config %1$s/ds_config.json --kill-switch-path %1$s/kill-switch \
        --save %1$s/save %2$s
        """
        .formatted(attempt, load);
  }

  private static Progress read(Path attempt) throws IOException {
    byte[] log = Files.readAllBytes(attempt.resolve("train.log"));
    TrainingLogReader reader = new TrainingLogReader();
    List<LogRecord> records = new ArrayList<>(reader.feed(log, log.length));
    records.addAll(reader.finish());
    return Progress.NONE.after(records);
  }
}
