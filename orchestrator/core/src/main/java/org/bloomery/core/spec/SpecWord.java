package org.bloomery.core.spec;

/** A closed choice in a spec: each constant has the one word by which a spec names it. */
public interface SpecWord {
  /** The word as it is written in the file. */
  String word();
}
