package org.bloomery.cli;

/** Which Bloomery this is. */
final class Version {
  private Version() {}

  /** From the jar's manifest; a build that was not packaged has none. */
  static String text() {
    String packaged = Version.class.getPackage().getImplementationVersion();
    return packaged == null ? "unpackaged" : packaged;
  }
}
