package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;

/**
 * Which checkpoints of the current attempt are sealed now.
 *
 * @param unreadable why a checkpoint could not be looked at, if one could not
 */
record Seals(
    List<SealedCheckpoint> sealed,
    List<CheckpointManifest> manifests,
    Optional<String> unreadable) {
  static final Seals NONE = new Seals(List.of(), List.of(), Optional.empty());

  /** What one record holds at most; more would not fit into it, and the newest count. */
  private static final int SEALS_MAX = 50;

  /** While the job lives, a checkpoint must have been at rest between two scans. */
  static Seals ofLiveJob(Run run, List<Sighting> sightings, Duration distance, Instant now) {
    return of(
        run,
        sightings.stream().filter(s -> s.unchangedFor().compareTo(distance) >= 0).toList(),
        now);
  }

  /** Once the job is over nobody writes any more: one scan is enough. */
  static Seals ofEndedJob(Run run, List<Sighting> sightings, Instant now) {
    return of(run, sightings, now);
  }

  private static Seals of(Run run, List<Sighting> sightings, Instant now) {
    List<SealedCheckpoint> sealed = new ArrayList<>();
    List<CheckpointManifest> manifests = new ArrayList<>();
    Optional<String> unreadable = Optional.empty();
    for (Sighting sighting : newest(run, sightings)) {
      if (sighting.verdict() instanceof Verdict.Complete complete) {
        CheckpointManifest manifest = complete.manifest();
        if (!run.lineage().contains(sighting.ref(), manifest.sha256())) {
          sealed.add(
              new SealedCheckpoint(
                  sighting.ref(),
                  manifest.sha256(),
                  manifest.bytes(),
                  manifest.entries().size(),
                  now));
          manifests.add(manifest);
        }
      } else if (sighting.verdict() instanceof Verdict.Unreadable bad) {
        unreadable = Optional.of(sighting.ref() + ": " + bad.why());
      }
    }
    return new Seals(List.copyOf(sealed), List.copyOf(manifests), unreadable);
  }

  /**
   * Those that may matter: not older than what the attempt started from, nor than the oldest that a
   * full lineage still holds (it would be sealed and dropped again for ever).
   */
  private static List<Sighting> newest(Run run, List<Sighting> sightings) {
    List<SealedCheckpoint> lineage = run.lineage().sealed();
    long start =
        run.attempt().flatMap(Attempt::resumeFrom).map(CheckpointRef::iteration).orElse(0L);
    long oldest = lineage.size() < Lineage.SEALED_MAX ? start : lineage.get(0).ref().iteration();
    List<Sighting> kept =
        sightings.stream()
            .filter(
                s ->
                    s.ref().iteration() >= Math.max(start, oldest)
                        || s.verdict() instanceof Verdict.Unreadable)
            .toList();
    return kept.subList(Math.max(0, kept.size() - SEALS_MAX), kept.size());
  }

  List<RunEvent> facts() {
    return sealed.stream().<RunEvent>map(RunEvent.CheckpointSealed::new).toList();
  }

  List<Effect> effects() {
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; i < sealed.size(); i++) {
      effects.add(new Effect.WriteManifest(sealed.get(i).ref(), manifests.get(i)));
    }
    return effects;
  }

  List<String> words() {
    return sealed.stream()
        .map(s -> "sealed the checkpoint of iteration " + s.ref().iteration())
        .toList();
  }
}
