package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: whatever becomes of the leader, of ZooKeeper's servers and of the network between them, at
 * most one control plane acts, one does again once it is over, and no training is disturbed.
 * Method: two control planes and three ZooKeeper servers as processes that are stopped, killed and
 * cut off, beside a training that lives all the while.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EnsembleZooKeeperIT {
  /** Longer than a session, with time for the next one to be elected. */
  private static final long PAST_SESSION_SECONDS = 2 * ControlPlanes.SESSION_SECONDS;

  private static final RunId BYSTANDER = new RunId("bystander");

  @TempDir private static Path directory;
  private static ControlPlanes planes;
  private static SleepingTrainings trainings;
  private static long bystander;

  @BeforeAll
  static void start() throws Exception {
    planes = ControlPlanes.start(directory);
    trainings = new SleepingTrainings(planes.home());
    trainings.submit(leading(), BYSTANDER);
    bystander = trainings.await(BYSTANDER);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      ControlPlaneApi api = leading();
      api.cancel(BYSTANDER, "nobody");
      Waiting.until("the end of all trainings", () -> trainings.living().isEmpty());
    } finally {
      planes.close();
      trainings.close();
    }
  }

  private static ControlPlaneApi leading() throws Exception {
    return planes.process(planes.leader()).api();
  }

  /** One control plane leads, its acts take effect, and the bystander has noticed nothing. */
  private static void assertWorks(String name) throws Exception {
    int leader = planes.leader();
    RunId run = new RunId(name);
    trainings.submit(planes.process(leader).api(), run);
    trainings.await(run);
    Waiting.until("the other one answers", () -> !planes.view(ControlPlanes.other(leader)).leads());
    planes.process(ControlPlanes.other(leader)).api().cancel(run, "nobody");
    Waiting.until(
        "the end of " + run, () -> !trainings.living().containsKey(run + "/attempts/0001"));
    Waiting.until("the bill of " + run, () -> leading().status(run).phase().equals("cancelled"));
    assertThat(leading().describe(run).attempts()).hasSize(1);
    assertThat(trainings.only(BYSTANDER)).isEqualTo(bystander);
    assertThat(leading().describe(BYSTANDER).attempts()).hasSize(1);
  }

  @Test
  void whatIsAskedOfOneThatStandsByIsDone() throws Exception {
    assertWorks("asked-elsewhere");
  }

  @Test
  void aLeaderThatSleptPastItsSessionDoesNothingMore() throws Exception {
    int sleeper = planes.leader();
    int other = ControlPlanes.other(sleeper);
    RunId cancelled = new RunId("cancelled-meanwhile");
    RunId submitted = new RunId("submitted-meanwhile");
    trainings.submit(planes.process(sleeper).api(), cancelled);
    trainings.await(cancelled);

    planes.process(sleeper).signal("STOP");
    Waiting.until("the other one leads", () -> planes.process(other).leads());
    long epoch = planes.view(other).epoch();
    planes.process(other).api().cancel(cancelled, "nobody");
    trainings.submit(planes.process(other).api(), submitted);
    long training = trainings.await(submitted);
    planes.process(sleeper).signal("CONT");

    Waiting.until("the sleeper answers", () -> !planes.view(sleeper).leads());
    Waiting.until(
        "it knows that it led", () -> planes.process(sleeper).log().contains("no longer leads"));
    assertThat(planes.view(other).leads()).isTrue();
    assertThat(planes.view(sleeper).epoch()).isEqualTo(epoch);
    assertThat(trainings.only(submitted)).isEqualTo(training);
    planes.process(other).api().cancel(submitted, "nobody");
    assertWorks("after-sleep");
  }

  @Test
  void aKilledLeaderOfZooKeeperCostsNoLeadership() throws Exception {
    int leader = planes.leader();
    long epoch = planes.view(leader).epoch();
    int lost = planes.zooKeeper().leader();
    planes.zooKeeper().kill(lost);
    planes.zooKeeper().leader();
    assertWorks("two-servers");
    assertThat(planes.view(leader).epoch()).isEqualTo(epoch);
    planes.zooKeeper().restart(lost);
    assertWorks("three-servers");
  }

  @Test
  void withoutAMajorityNobodyActsAndAfterwardsSomebodyDoes() throws Exception {
    int one = planes.zooKeeper().leader();
    int two = (one + 1) % ZooKeeperServers.COUNT;
    ControlPlaneApi api = leading();
    planes.zooKeeper().kill(one);
    planes.zooKeeper().kill(two);
    assertThatThrownBy(() -> api.cancel(BYSTANDER, "nobody"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("ZooKeeper does not answer");
    TimeUnit.SECONDS.sleep(PAST_SESSION_SECONDS);
    assertThat(trainings.only(BYSTANDER)).isEqualTo(bystander);

    planes.zooKeeper().restart(one);
    planes.zooKeeper().restart(two);
    planes.zooKeeper().leader();
    assertWorks("majority-again");
  }

  @Test
  void aLeaderThatIsCutOffIsReplacedAndStandsByAfterwards() throws Exception {
    int lonely = planes.leader();
    int other = ControlPlanes.other(lonely);
    planes.cable(lonely).cut();
    Waiting.until("the other one leads", () -> planes.process(other).leads());
    RunId run = new RunId("while-cut");
    trainings.submit(planes.process(other).api(), run);
    long training = trainings.await(run);
    assertThat(trainings.only(BYSTANDER)).isEqualTo(bystander);

    planes.cable(lonely).mend();
    Waiting.until("it stands by", () -> !planes.view(lonely).leads());
    assertThat(planes.view(other).leads()).isTrue();
    assertThat(trainings.only(run)).isEqualTo(training);
    planes.process(other).api().cancel(run, "nobody");
    assertWorks("after-cut");
  }
}
