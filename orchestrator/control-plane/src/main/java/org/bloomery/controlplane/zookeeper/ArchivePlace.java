package org.bloomery.controlplane.zookeeper;

/**
 * Where an archived run lies.
 *
 * @param file its name in the archive's directory
 * @param offset of its first byte
 * @param bytes how many it takes
 * @param sha256 of these bytes
 */
record ArchivePlace(String file, long offset, int bytes, String sha256) {}
