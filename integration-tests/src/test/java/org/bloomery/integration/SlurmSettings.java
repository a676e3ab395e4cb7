package org.bloomery.integration;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one test cluster differs in from another. Short times make faults show soon; a machine with
 * much other load may need longer ones.
 *
 * @param nodes node01 to so many, with eight GPUs each
 * @param spares the last so many of them are given out only when no other is left
 * @param slurmdTimeout after which a silent node is down
 * @param messageTimeout how long SLURM's programs wait for an answer
 * @param killWait between SIGTERM and SIGKILL
 * @param minJobAge how long a finished job stays in squeue
 */
record SlurmSettings(
    int nodes,
    int spares,
    Duration slurmdTimeout,
    Duration messageTimeout,
    Duration killWait,
    Duration minJobAge) {

  static SlurmSettings ofNodes(int nodes) {
    return new SlurmSettings(
        nodes,
        0,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(300));
  }

  SlurmSettings withSpares(int count) {
    return new SlurmSettings(nodes, count, slurmdTimeout, messageTimeout, killWait, minJobAge);
  }

  SlurmSettings withSlurmdTimeout(Duration timeout) {
    return new SlurmSettings(nodes, spares, timeout, messageTimeout, killWait, minJobAge);
  }

  SlurmSettings withMessageTimeout(Duration timeout) {
    return new SlurmSettings(nodes, spares, slurmdTimeout, timeout, killWait, minJobAge);
  }

  SlurmSettings withKillWait(Duration time) {
    return new SlurmSettings(nodes, spares, slurmdTimeout, messageTimeout, time, minJobAge);
  }

  SlurmSettings withMinJobAge(Duration age) {
    return new SlurmSettings(nodes, spares, slurmdTimeout, messageTimeout, killWait, age);
  }

  /** What configure.sh in the container reads. */
  Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    environment.put("NODES", Integer.toString(nodes));
    environment.put("SPARES", Integer.toString(spares));
    environment.put("SLURMD_TIMEOUT", Long.toString(slurmdTimeout.toSeconds()));
    environment.put("MESSAGE_TIMEOUT", Long.toString(messageTimeout.toSeconds()));
    environment.put("KILL_WAIT", Long.toString(killWait.toSeconds()));
    environment.put("MIN_JOB_AGE", Long.toString(minJobAge.toSeconds()));
    return environment;
  }
}
