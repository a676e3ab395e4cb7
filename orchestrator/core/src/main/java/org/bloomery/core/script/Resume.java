package org.bloomery.core.script;

import org.bloomery.core.spec.RunSpec;

/**
 * The checkpoint that an attempt goes on from.
 *
 * @param iteration at which it was saved
 * @param savedUnder the revision of the spec that the attempt which saved it ran under; 0 is the
 *     spec as it was first
 */
public record Resume(long iteration, int savedUnder) {

  public Resume {
    if (iteration < 1 || savedUnder < 0) {
      throw new IllegalArgumentException(
          "no checkpoint: iteration " + iteration + " saved under revision " + savedUnder);
    }
  }

  /** Whether it can be loaded only after it was converted to a universal checkpoint. */
  boolean isConverted(RunSpec run) {
    return run.loadsUniversal(savedUnder, run.revisionAt(iteration));
  }
}
