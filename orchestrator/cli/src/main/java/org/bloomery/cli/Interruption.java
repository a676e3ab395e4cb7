package org.bloomery.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.core.id.RunId;

/** Ctrl-C in a quickstart: what was trained is saved before the process ends. */
final class Interruption {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);
  private static final Duration SAVE_MAX = Duration.ofSeconds(90);
  private static final List<String> AT_REST = List.of("held", "succeeded", "cancelled");

  private final ControlPlaneApi api;
  private final Console console;
  private volatile Optional<RunId> run = Optional.empty();
  private volatile boolean underWay;

  private Interruption(ControlPlaneApi api, Console console) {
    this.api = api;
    this.console = console;
  }

  /** From now on the end of the process saves the run that {@link #saves} names. */
  static Interruption await(ControlPlaneApi api, Console console) {
    Interruption interruption = new Interruption(api, console);
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::end, "save-and-stop"));
    return interruption;
  }

  void saves(RunId training) {
    run = Optional.of(training);
  }

  void noLongerSaves() {
    run = Optional.empty();
  }

  /** The main thread must not end what the saving needs; the process ends by itself. */
  void parkIfUnderWay() throws InterruptedException {
    if (underWay) {
      new CountDownLatch(1).await();
    }
  }

  private void end() {
    Optional<RunId> training = run;
    if (training.isEmpty()) {
      return;
    }
    underWay = true;
    say("\nSaves and stops the training; this takes some seconds ...");
    try {
      RunView end = save(training.get());
      say("Run " + training.get() + " is " + end.phase() + ": " + end.why() + ".");
    } catch (RuntimeException e) {
      say("It could not be stopped: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    say("Go on with: ./bloomery quickstart");
  }

  private RunView save(RunId training) throws InterruptedException {
    RunView now = api.status(training);
    if (AT_REST.contains(now.phase())) {
      return now;
    }
    api.stop(training, System.getProperty("user.name"));
    long end = System.nanoTime() + SAVE_MAX.toNanos();
    do {
      Thread.sleep(LOOK_INTERVAL.toMillis());
      now = api.status(training);
    } while (!AT_REST.contains(now.phase()) && System.nanoTime() < end);
    return now;
  }

  private void say(String line) {
    console.out().println(Terminal.printableLines(line));
    console.out().flush();
  }
}
