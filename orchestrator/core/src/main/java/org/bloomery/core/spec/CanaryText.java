package org.bloomery.core.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.YamlNode.Entry;
import org.bloomery.core.spec.YamlNode.Mapping;
import org.bloomery.core.spec.YamlNode.Scalar;
import org.bloomery.core.spec.YamlNode.Sequence;

/** Writes a run's rehearsal: its spec with some fields changed, each of which a comment names. */
final class CanaryText {
  private static final String SPEC_DIRECTORY = "${SPEC_DIR}";

  private final List<String> changes = new ArrayList<>();
  private Mapping document;

  private CanaryText(Mapping document) {
    this.document = document;
  }

  /**
   * A spec that needs no other file.
   *
   * @param document of the run, with all that it includes
   * @param specDirectory what {@code ${SPEC_DIR}} stands for there
   */
  static String of(RunSpec run, Mapping document, String specDirectory) {
    RunSpec last = run.at(Long.MAX_VALUE);
    CanaryText text = new CanaryText(document);
    text.foldRevisions();
    text.change(last, Canary.of(last));
    Mapping whole = (Mapping) text.writtenOut(text.document, specDirectory);
    return text.head(run) + YamlText.of(whole);
  }

  private String head(RunSpec run) {
    return "# A rehearsal of "
        + run.name()
        + ", derived by bloomery plan --canary. It has the run's tensor width, kind of\n"
        + "# node, environment, data and launcher. What is different:\n#   "
        + String.join("\n#   ", changes)
        + "\n";
  }

  /** A rehearsal is of what runs next. */
  private void foldRevisions() {
    Optional<Entry> revisions = at(document, "spec").flatMap(spec -> entry(spec, "revisions"));
    if (revisions.isEmpty() || !(revisions.get().value() instanceof Sequence list)) {
      return;
    }
    Mapping spec = ((Mapping) at(document, "spec").orElseThrow()).without("revisions");
    for (YamlNode revision : list.items()) {
      if (at(revision, "set").orElse(revision) instanceof Mapping set) {
        spec = spec.under(set);
      }
    }
    document = put(document, List.of("spec"), spec);
    changes.add("spec.revisions: all of them hold from the start");
  }

  private void change(RunSpec run, Canary canary) {
    set("metadata.name", canary.name());
    set("spec.resources.nodes", canary.nodes());
    set("spec.resources.timeLimit", words(canary.timeLimit()));
    set("spec.model.layers", canary.layers());
    set("spec.parallelism.pipeline", canary.pipeline());
    set("spec.batch.global", canary.globalBatch());
    remove("spec.batch.rampUp");
    set("spec.training.samples", canary.samples());
    remove("spec.training.skipIterations");
    set("spec.training.evaluation.everyIterations", Canary.SAVE_EVERY);
    if (run.training().tensorboard().isPresent()) {
      set("spec.training.tensorboard.directory", beside("spec.training.tensorboard.directory"));
    }
    set("spec.checkpoint.directory", beside("spec.checkpoint.directory"));
    set("spec.checkpoint.everyIterations", Canary.SAVE_EVERY);
    set("spec.checkpoint.keep.last", 1);
    remove("spec.checkpoint.keep.every");
    remove("spec.checkpoint.keep.pinned");
    if (run.launcher().exitDuration().isPresent()) {
      set("spec.launcher.exitDuration", words(canary.exitDuration()));
    }
    set("spec.restart.maximumFailures", 0);
    set("spec.budget.gpuHours", canary.gpuHours());
  }

  private static String words(Duration duration) {
    return TimeSpan.words(duration);
  }

  /** As it is written, variables and all. */
  private String beside(String path) {
    return Canary.beside(text(path).orElseThrow());
  }

  private void set(String path, long value) {
    set(path, Long.toString(value));
  }

  private void set(String path, String value) {
    Optional<String> was = text(path);
    if (was.equals(Optional.of(value))) {
      return;
    }
    changes.add(path + ": " + value + was.map(text -> ", was " + text).orElse(", was not there"));
    Scalar scalar = new Scalar(value, true, document.mark());
    document = put(document, List.of(path.split("\\.", -1)), scalar);
  }

  private void remove(String path) {
    int cut = path.lastIndexOf('.');
    String parent = path.substring(0, cut);
    String key = path.substring(cut + 1);
    if (at(document, parent).flatMap(node -> entry(node, key)).isPresent()) {
      changes.add(path + ": removed");
      Mapping without = ((Mapping) at(document, parent).orElseThrow()).without(key);
      document = put(document, List.of(parent.split("\\.", -1)), without);
    }
  }

  private Optional<String> text(String path) {
    return at(document, path).filter(Scalar.class::isInstance).map(node -> ((Scalar) node).text());
  }

  private static Optional<YamlNode> at(YamlNode root, String path) {
    Optional<YamlNode> node = Optional.of(root);
    for (String key : path.split("\\.", -1)) {
      node = node.flatMap(parent -> entry(parent, key)).map(Entry::value);
    }
    return node;
  }

  private static Optional<Entry> entry(YamlNode node, String key) {
    return node instanceof Mapping map ? map.entry(key) : Optional.empty();
  }

  /** The map with one value changed or added, below maps that are made where they are missing. */
  private static Mapping put(Mapping map, List<String> path, YamlNode value) {
    String key = path.get(0);
    List<String> rest = path.subList(1, path.size());
    YamlNode inner = value;
    if (!rest.isEmpty()) {
      Mapping below =
          map.entry(key).map(Entry::value).orElse(null) instanceof Mapping given
              ? given
              : new Mapping(List.of(), map.mark());
      inner = put(below, rest, value);
    }
    Entry changed = new Entry(new Scalar(key, true, map.mark()), inner);
    List<Entry> entries = new ArrayList<>();
    boolean found = false;
    for (Entry entry : map.entries()) {
      boolean here = entry.key().text().equals(key);
      entries.add(here ? changed : entry);
      found |= here;
    }
    if (!found) {
      entries.add(changed);
    }
    return new Mapping(entries, map.mark());
  }

  /** The text may be saved anywhere, so it must not mean the directory that it is in. */
  private YamlNode writtenOut(YamlNode node, String specDirectory) {
    if (node instanceof Mapping map) {
      return new Mapping(
          map.entries().stream()
              .map(entry -> new Entry(entry.key(), writtenOut(entry.value(), specDirectory)))
              .toList(),
          map.mark());
    }
    if (node instanceof Sequence list) {
      return new Sequence(
          list.items().stream().map(item -> writtenOut(item, specDirectory)).toList(), list.mark());
    }
    boolean relative = node instanceof Scalar scalar && scalar.text().startsWith(SPEC_DIRECTORY);
    if (!relative) {
      return node;
    }
    String text = ((Scalar) node).text();
    String path = specDirectory + text.substring(SPEC_DIRECTORY.length());
    changes.add(text + ": written out as " + path);
    return new Scalar(path, ((Scalar) node).plain(), node.mark());
  }
}
