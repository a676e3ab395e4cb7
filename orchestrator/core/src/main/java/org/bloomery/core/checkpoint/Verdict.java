package org.bloomery.core.checkpoint;

import java.util.List;

/** What a look at a checkpoint's directory says; not being able to look is a value of its own. */
public sealed interface Verdict {

  /** Exactly the expected files, none damaged as far as a look without reading it all can tell. */
  record Complete(CheckpointManifest manifest) implements Verdict {}

  /** Files are missing, empty, temporary or unexpected. */
  record Incomplete(List<String> problems) implements Verdict {
    public Incomplete {
      problems = List.copyOf(problems);
    }
  }

  /** All files are there, but at least one cannot be what the trainer wrote. */
  record Corrupt(List<String> problems) implements Verdict {
    public Corrupt {
      problems = List.copyOf(problems);
    }
  }

  /** The directory could not be read. */
  record Unreadable(String why) implements Verdict {}

  /** One sentence for people. */
  default String words() {
    if (this instanceof Complete) {
      return "complete";
    }
    if (this instanceof Incomplete incomplete) {
      return "incomplete: " + String.join("; ", incomplete.problems());
    }
    if (this instanceof Corrupt corrupt) {
      return "corrupt: " + String.join("; ", corrupt.problems());
    }
    return "unreadable: " + ((Unreadable) this).why();
  }
}
