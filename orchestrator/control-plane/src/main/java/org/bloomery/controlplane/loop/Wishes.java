package org.bloomery.controlplane.loop;

import java.util.Optional;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Successor;

/** Which wish of a person stands against which other, and what makes no sense at present. */
final class Wishes {
  private Wishes() {}

  /** Whether nothing is left to ask for: it was asked already, or something that outranks it. */
  static boolean isGranted(Run run, Request.Kind kind) {
    Optional<Request.Kind> pending = run.request().map(Request::kind);
    boolean held = isHeldFor(run, HoldReason.HELD);
    return pending.equals(Optional.of(kind))
        || pending.map(stands -> outranks(stands, kind)).orElse(false)
        || (kind == Request.Kind.HOLD && held && pending.isEmpty());
  }

  /** A cancel is the strongest wish, and a stop is stronger than what lets the run go on. */
  private static boolean outranks(Request.Kind stands, Request.Kind kind) {
    return switch (stands) {
      case CANCEL -> true;
      case STOP, EXHAUSTED -> kind == Request.Kind.HOLD || kind == Request.Kind.SAVE;
      case SAVE, HOLD, RELEASE -> false;
    };
  }

  /** Why it cannot be asked for now, as the end of a sentence about the run. */
  static Optional<String> obstacle(Run run, Request.Kind kind) {
    boolean heldOtherwise = run.phase() instanceof Phase.Held && !isHeldFor(run, HoldReason.HELD);
    return switch (kind) {
      case CANCEL -> Optional.empty();
      case STOP, EXHAUSTED ->
          run.phase() instanceof Phase.Held held
              ? Optional.of("is held already: " + held.detail())
              : Optional.empty();
      case HOLD ->
          heldOtherwise
              ? Optional.of("is held already: " + ((Phase.Held) run.phase()).detail())
              : Optional.empty();
      case SAVE -> whyNotSaved(run);
      case RELEASE -> heldOtherwise ? Optional.of(resumes(run)) : whyNotReleased(run);
    };
  }

  private static String resumes(Run run) {
    return "is held: "
        + ((Phase.Held) run.phase()).detail()
        + "; once that is mended, let it go on with: bloomery resume "
        + run.id();
  }

  private static Optional<String> whyNotSaved(Run run) {
    if (run.asked(Request.Kind.HOLD).isPresent()) {
      return Optional.of("is to be held, so nothing goes on after a save: release or stop it");
    }
    return run.phase() instanceof Phase.Running
        ? Optional.empty()
        : Optional.of("is " + run.phase().word() + ": only a training that runs can save");
  }

  private static Optional<String> whyNotReleased(Run run) {
    // A job in the queue may be held without our knowing it: letting it go does no harm.
    boolean held =
        isHeldFor(run, HoldReason.HELD)
            || run.asked(Request.Kind.HOLD).isPresent()
            || run.phase() instanceof Phase.Pending
            || run.successor().map(Successor::isOpen).orElse(false);
    return held ? Optional.empty() : Optional.of("is not held by anybody");
  }

  private static boolean isHeldFor(Run run, HoldReason reason) {
    return run.phase() instanceof Phase.Held held && held.reason() == reason;
  }

  static String words(Request.Kind kind) {
    return switch (kind) {
      case STOP -> "save and stop";
      case CANCEL -> "cancel";
      case SAVE -> "save and go on";
      case HOLD -> "hold";
      case RELEASE -> "release";
      case EXHAUSTED -> "save and stop, since its budget is used up";
    };
  }
}
