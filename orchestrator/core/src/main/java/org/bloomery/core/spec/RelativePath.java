package org.bloomery.core.spec;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The path of a file beside this one, such as {@code common.yaml} or {@code ../family/all.yaml}.
 */
record RelativePath() implements ScalarType<String> {
  /** Names that lead down, after one step up at most: what lies further away is not of the spec. */
  static final Pattern FORM =
      Pattern.compile(
          "(\\.\\./)?[\\p{L}\\p{N}_@+=-][\\p{L}\\p{N}._@+=-]*"
              + "(/[\\p{L}\\p{N}_@+=-][\\p{L}\\p{N}._@+=-]*)*");

  private static final int LENGTH_MAX = 256;

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.relativePath(this);
  }

  @Override
  public Optional<String> read(String text, Place place) {
    if (text.length() <= LENGTH_MAX && FORM.matcher(text).matches()) {
      return Optional.of(text);
    }
    place.problem(
        SpecCode.INCLUDE_PATH,
        Shown.quoted(text) + " is not the path of a file beside this one",
        "Write names of letters, digits and . _ @ + = - with / between them; ../ may stand once,"
            + " at the start.");
    return Optional.empty();
  }
}
