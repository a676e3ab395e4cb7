package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bloomery.controlplane.process.CommandRunner;
import org.junit.jupiter.api.Test;

/** A cluster's controller meets few of our commands at a time. */
class SlurmCommandsTest {
  private static final int ROUNDS = 5;
  private static final int SECONDS_MAX = 60;

  /** Each command ends only when three others have begun. */
  private static final class Company implements CommandRunner {
    private final CyclicBarrier all = new CyclicBarrier(SlurmCommands.AT_ONCE);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Override
    public Result run(Command command) throws InterruptedException {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      try {
        all.await(SECONDS_MAX, TimeUnit.SECONDS);
        return new Result.Finished(0, "", "", false);
      } catch (BrokenBarrierException | TimeoutException alone) {
        return new Result.NotStarted("alone");
      } finally {
        inside.decrementAndGet();
      }
    }
  }

  @Test
  void asManyAsAreAllowedRunAtOnceAndNotOneMore() throws Exception {
    Company company = new Company();
    SlurmCommands commands = new SlurmCommands(company, ThisMachine.with(Map.of()));
    int count = SlurmCommands.AT_ONCE * ROUNDS;
    ExecutorService callers = Executors.newFixedThreadPool(count);
    try {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        answers.add(callers.submit(() -> commands.run(SlurmProgram.SBATCH, List.of("job.sh"))));
      }
      for (Future<Answer> answer : answers) {
        assertThat(answer.get()).isInstanceOf(Answer.Ended.class);
      }
    } finally {
      callers.shutdownNow();
    }
    assertThat(company.most.get()).isEqualTo(SlurmCommands.AT_ONCE);
  }
}
