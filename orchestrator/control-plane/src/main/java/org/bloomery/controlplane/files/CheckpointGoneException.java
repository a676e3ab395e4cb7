package org.bloomery.controlplane.files;

import java.nio.file.NoSuchFileException;

/**
 * A checkpoint is not there, although the directory that it was in can be seen: it was removed, and
 * will not come back by itself.
 */
public final class CheckpointGoneException extends NoSuchFileException {
  private static final long serialVersionUID = 1L;

  CheckpointGoneException(String checkpoint) {
    super(checkpoint, null, "the checkpoint to load is not there any more");
  }
}
