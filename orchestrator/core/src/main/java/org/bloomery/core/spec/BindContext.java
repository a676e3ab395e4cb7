package org.bloomery.core.spec;

/**
 * What a spec's text means beyond itself. The two directories are absolute, without a last slash.
 *
 * @param home value of {@code ${BLOOMERY_HOME}}
 * @param specDirectory value of {@code ${SPEC_DIR}}: the directory that holds the file, in the
 *     files that it includes too
 * @param includes reads the files that it includes
 */
public record BindContext(String home, String specDirectory, IncludedFiles includes) {

  /** For a text without includes. */
  public BindContext(String home, String specDirectory) {
    this(home, specDirectory, IncludedFiles.NONE);
  }
}
