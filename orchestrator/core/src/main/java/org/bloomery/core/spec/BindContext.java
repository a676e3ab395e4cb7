package org.bloomery.core.spec;

/**
 * What the two variables that a path may start with stand for; both absolute, without a last slash.
 *
 * @param home value of {@code ${BLOOMERY_HOME}}
 * @param specDirectory value of {@code ${SPEC_DIR}}: the directory that holds the file
 */
public record BindContext(String home, String specDirectory) {}
