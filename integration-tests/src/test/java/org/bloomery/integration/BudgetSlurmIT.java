package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a training whose allocation runs out saves and leaves a real SLURM, and goes on from there
 * once somebody pays. Method: the stand-in for the trainer, and the verbs as people type them.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class BudgetSlurmIT {
  private static final String RUN = "unpaid";
  private static final int DEVICES = 2;
  private static final String ALLOCATION =
      """
      apiVersion: bloomery/v1
      kind: Allocation
      metadata: {name: spring}
      spec:
        account: six@a100
        cluster: test-cluster
        gpuType: fake-a100
        period: {from: %s, to: %s}
        gpuHours: 10
      """;

  @TempDir private Path files;
  private SlurmContainer cluster;

  @AfterEach
  void heal() throws Exception {
    cluster.heal();
  }

  @Test
  void anAllocationThatRunsOutInMidRunMakesTheTrainingSaveAndWaitForACredit() throws Exception {
    cluster = SlurmContainer.shared();
    cluster.setStepTime(Duration.ofMillis(100));
    try (ClusterControl control = ClusterControl.start(cluster)) {
      LocalDate today = LocalDate.now(ZoneOffset.UTC);
      Path allocation = files.resolve("spring.yaml");
      Files.writeString(allocation, ALLOCATION.formatted(today.minusDays(1), today.plusDays(30)));
      control.verb("budget", "set", allocation.toString());
      control.submit(RUN, 20_000);
      control.awaitIteration(RUN, 5);

      control.verb("budget", "debit", "spring", "10", "--reason", "lent to another project");

      DescriptionView held = control.awaitPhase(RUN, "held");
      long last = held.attempts().get(0).lastIteration().orElseThrow();
      assertThat(held.checkpoints()).extracting(CheckpointView::iteration).contains(last);
      assertThat(held.attempts()).hasSize(1);
      cluster.await(String::isEmpty, "squeue", "-h", "-n", control.jobName(RUN));
      assertThat(control.verb("explain", RUN)).contains("used up");
      JsonNode empty = spring(control);
      assertThat(empty.get("limitGpuSeconds").asLong()).isZero();
      assertThat(empty.get("reservedGpuSeconds").asLong()).isZero();
      assertThat(empty.get("overshootGpuSeconds").asLong()).isEqualTo(billed(control)).isPositive();

      control.verb("budget", "credit", "spring", "10", "--reason", "paid back");
      control.verb("resume", RUN);

      DescriptionView resumed = control.await(RUN, run -> trains(run, 2));
      assertThat(resumed.attempts().get(1).resumedFrom()).hasValue(last);
      assertThat(resumed.attempts().get(1).firstIteration()).hasValue(last + 1);
      control.verb("cancel", RUN);
      control.awaitPhase(RUN, "cancelled");
      RunStory story = control.story(RUN);
      assertThat(story.causes()).containsExactly(EndCause.STOPPED, EndCause.CANCELLED);
      story.assertBilledAsAccounted(cluster, DEVICES);
      JsonNode paid = spring(control);
      assertThat(paid.get("postedGpuSeconds").asLong()).isEqualTo(billed(control));
      assertThat(paid.get("overshootGpuSeconds").asLong()).isZero();
    }
  }

  private static boolean trains(DescriptionView run, int attempt) {
    return run.attempts().size() == attempt
        && run.attempts().get(attempt - 1).firstIteration().isPresent();
  }

  private static long billed(ClusterControl control) throws Exception {
    return control.story(RUN).postings().stream()
        .mapToLong((Posting posting) -> posting.allocated().value())
        .sum();
  }

  private static JsonNode spring(ClusterControl control) throws Exception {
    return new ObjectMapper().readTree(control.verb("budget", "show", "spring", "-o", "json"));
  }
}
