package org.bloomery.core.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the trainer's own {@code latest} says.
 *
 * <p>It is evidence, never a decision: DeepSpeed opens it for writing at the end of a save without
 * a rename, so that it can be empty, and it can name a directory that was removed.
 */
public sealed interface LatestFile {
  /** There is none. */
  record Missing() implements LatestFile {}

  /** Nothing or only blanks in it. */
  record Empty() implements LatestFile {}

  /** It names a tag. */
  record Names(String tag) implements LatestFile {}

  /** It could not be read. */
  record Unreadable(String why) implements LatestFile {}

  /** The tags that the trainer writes itself. */
  Pattern TAG = Pattern.compile("global_step(\\d{1,15})");

  /** The iteration in a directory's name, if it is a checkpoint's. */
  static Optional<Long> iterationOf(String tag) {
    Matcher matcher = TAG.matcher(tag);
    return matcher.matches() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
  }

  /**
   * Words for what is odd about it, and what the trainer would have made of that.
   *
   * @param presentTags the directories beside it
   * @param newestSealed the newest iteration of this checkpoint root that was sealed
   */
  default Optional<String> oddity(List<String> presentTags, Optional<Long> newestSealed) {
    if (this instanceof Unreadable unreadable) {
      return Optional.of("latest cannot be read: " + unreadable.why());
    }
    if (this instanceof Missing) {
      boolean odd = !presentTags.isEmpty() || newestSealed.isPresent();
      return odd
          ? Optional.of("latest is missing: the trainer would have started from scratch")
          : Optional.empty();
    }
    if (this instanceof Empty) {
      return Optional.of("latest is empty: the trainer would have crashed");
    }
    String tag = ((Names) this).tag();
    if (!presentTags.contains(tag)) {
      return Optional.of(
          "latest names " + tag + ", which is not there: the trainer would have crashed");
    }
    Optional<Long> named = iterationOf(tag);
    if (named.isEmpty()) {
      return Optional.of("latest names " + tag + ", which is no tag of a checkpoint");
    }
    if (newestSealed.isPresent() && named.get() < newestSealed.get()) {
      return Optional.of(
          "latest names iteration "
              + named.get()
              + ", older than the sealed "
              + newestSealed.get());
    }
    boolean ahead = newestSealed.isEmpty() || named.get() > newestSealed.get();
    return ahead
        ? Optional.of("latest names iteration " + named.get() + ", which was not sealed")
        : Optional.empty();
  }
}
