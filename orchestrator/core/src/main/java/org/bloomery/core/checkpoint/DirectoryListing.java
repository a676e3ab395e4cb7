package org.bloomery.core.checkpoint;

import java.util.List;

/** What a checkpoint's directory holds; not being able to look is a value of its own. */
public sealed interface DirectoryListing {

  /** All its entries, by name. */
  record Listed(List<ScannedFile> files) implements DirectoryListing {
    public Listed {
      files = List.copyOf(files);
    }
  }

  /** It could not be read, or it changed while it was: nothing follows from that. */
  record Unreadable(String why) implements DirectoryListing {}
}
