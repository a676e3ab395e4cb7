package org.bloomery.core.run;

/**
 * Which text a run was submitted with.
 *
 * @param sha256 of the spec's text, under which the store keeps it
 * @param file the spec's file name, for error messages
 * @param directory what {@code ${SPEC_DIR}} stands for in it
 */
public record SpecRef(String sha256, String file, String directory) {}
