package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.loop.AccountBook;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.LedgerBook;
import org.bloomery.controlplane.loop.LedgerDesk;
import org.bloomery.controlplane.loop.Service;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;

/**
 * One control plane of a simulation: the real loop, observer and effects, driven round by round. It
 * stands by, leads, or is down; and between any two things that it does it may stand still, or die.
 */
final class Controller {
  private final String name;
  private final VirtualTime time;
  private final Wiring wiring;
  private Optional<Leader> leader = Optional.empty();
  private boolean down;
  private boolean busy;
  private boolean doomed;
  private Duration clockError = Duration.ZERO;
  private long lives;

  /** How a control plane is put together. */
  interface Wiring {
    /** The parts of one that begins to lead, which find everything in the store. */
    Parts parts(Controller controller);

    /** One that led is gone, or no longer leads. */
    void lost(Controller controller);

    /** From now on what happens is this one's doing; gives whose it was before. */
    Optional<Controller> act(Optional<Controller> next);

    /** A round is over. */
    void turned(Controller controller);
  }

  /** What leads: the loops of this epoch, and what people ask. */
  record Parts(
      ClusterLoops.Shared shared,
      ClusterLoops.Site site,
      RunStore.Epoch epoch,
      Duration interval) {}

  private record Leader(ClusterLoops loops, ControlPlaneApi api, long epoch, Duration interval) {}

  Controller(String name, VirtualTime time, Wiring wiring) {
    this.name = name;
    this.time = time;
    this.wiring = wiring;
  }

  /** Its own clock, which may be wrong. */
  Instant now() {
    return time.instant().plus(clockError);
  }

  void setClock(Duration error) {
    clockError = error;
  }

  boolean isDown() {
    return down;
  }

  boolean isBusy() {
    return busy;
  }

  boolean leads() {
    return leader.isPresent() && !down;
  }

  boolean standsBy() {
    return leader.isEmpty() && !down && !busy;
  }

  /** The epoch under which it believes to lead; 0 if it does not. */
  long epoch() {
    return leader.map(Leader::epoch).orElse(0L);
  }

  /** What it thinks of a run, or why it thinks nothing. */
  String thought(RunId run) {
    return leader
        .map(one -> " leads in epoch " + one.epoch() + ": " + one.loops().thought(run).orElse(""))
        .orElse(down ? " is down" : " stands by");
  }

  /** Takes over. */
  void lead() {
    guarded(
        () -> {
          Parts parts = wiring.parts(this);
          ClusterLoops loops =
              new ClusterLoops(parts.shared(), List.of(parts.site()), parts.epoch());
          Service.Identity identity = new Service.Identity("simulated", 0, "/home", "c0ffee");
          ControlPlaneApi api =
              new Service(identity, parts.shared(), loops, Optional.of(desk(parts)));
          leader = Optional.of(new Leader(loops, api, parts.epoch().number(), parts.interval()));
        });
    time.note(name + " leads in epoch " + epoch());
    nextTurn(Duration.ofSeconds(1));
  }

  /** Of the ledger nobody asks anything here. */
  private static LedgerDesk desk(Parts parts) {
    ClusterLoops.Shared shared = parts.shared();
    LedgerStore lines = new InMemoryLedgerStore(parts::epoch);
    LedgerBook ledger =
        new LedgerBook(lines, shared.store(), shared.contexts(), shared.time(), parts.epoch());
    AccountBook accounts =
        new AccountBook(lines, ledger, shared.store(), shared.contexts(), parts.epoch());
    return new LedgerDesk(ledger, accounts, shared.time(), new TreeMap<>());
  }

  private void nextTurn(Duration delay) {
    long life = lives;
    long epoch = epoch();
    time.after(
        delay,
        "turn of " + name,
        () -> {
          if (life == lives && epoch == epoch() && leads()) {
            turn();
          }
        });
  }

  private void turn() {
    if (busy) {
      nextTurn(Duration.ofSeconds(5));
      return;
    }
    guarded(() -> leader.orElseThrow().loops().runOnce());
    wiring.turned(this);
    if (leads()) {
      nextTurn(leader.orElseThrow().interval());
    }
  }

  /**
   * Lets a person ask it something; it answers, and its loop looks at once.
   *
   * @return whether it was there to be asked, and did not refuse
   */
  boolean ask(Consumer<ControlPlaneApi> question) {
    if (!leads() || busy) {
      return false;
    }
    boolean[] granted = {false};
    guarded(
        () -> {
          question.accept(leader.orElseThrow().api());
          granted[0] = true;
        });
    if (leads()) {
      guarded(() -> leader.orElseThrow().loops().runOnce());
    }
    return granted[0];
  }

  private void guarded(Runnable act) {
    busy = true;
    Optional<Controller> before = wiring.act(Optional.of(this));
    try {
      act.run();
    } catch (Killed killed) {
      doomed = true;
    } catch (RunStore.FencedException deposed) {
      leader = Optional.empty();
      time.note(name + " was deposed");
      wiring.lost(this);
    } catch (ApiException | RunStore.StoreException refused) {
      time.note(name + " refuses");
    } finally {
      busy = false;
      wiring.act(before);
    }
    if (doomed) {
      die();
    }
  }

  /** Kills it: what it does now is the last that it did. */
  void kill() {
    if (busy) {
      doomed = true;
    } else {
      die();
    }
  }

  /** Called between any two things that it does: a dead process does nothing more. */
  void checkAlive() {
    if (doomed) {
      throw new Killed(name);
    }
  }

  private void die() {
    time.note(name + " is down");
    doomed = false;
    down = true;
    leader = Optional.empty();
    lives++;
    wiring.lost(this);
  }

  /** It is started again, and stands by. */
  void restart() {
    down = false;
    clockError = Duration.ZERO;
  }

  @Override
  public String toString() {
    return name;
  }
}
