package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the training program is started on each node.
 *
 * @param python the interpreter, absolute; absent means the one that the setup leaves first on the
 *     PATH
 * @param script the training's Python file, absolute
 * @param workingDirectory where it is started; absent means the attempt's directory
 * @param setup simple commands (words and blanks only) that run before it, such as {@code module
 *     load cuda}, {@code source start-env} or {@code conda activate tr11}
 * @param environment variables that it sees beside those of the job script
 * @param masterPort where the ranks meet, on the first node; absent means one that no other job is
 *     likely to use
 * @param srunArguments words for {@code srun}
 * @param preflight what is tested on each node besides the usual, before the training starts
 * @param exitDuration after which the trainer saves and leaves by itself, in whole minutes
 * @param extraArguments words passed on as they are, after all that the spec's fields decide
 */
public record Launcher(
    LauncherKind kind,
    Optional<String> python,
    String script,
    Optional<String> workingDirectory,
    List<String> setup,
    SortedMap<String, String> environment,
    Optional<Integer> masterPort,
    List<String> srunArguments,
    Preflight preflight,
    Optional<Duration> exitDuration,
    List<String> extraArguments) {

  public Launcher {
    setup = List.copyOf(setup);
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    srunArguments = List.copyOf(srunArguments);
    extraArguments = List.copyOf(extraArguments);
  }

  /**
   * Tests of a node.
   *
   * @param commands simple commands; one that fails makes the node a bad one
   * @param timeLimit the longest that all tests of a node may take
   */
  public record Preflight(List<String> commands, Duration timeLimit) {
    public Preflight {
      commands = List.copyOf(commands);
    }
  }
}
