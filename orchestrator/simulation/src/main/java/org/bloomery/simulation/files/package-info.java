/** A file system in memory, in virtual time, which breaks down on request. */
package org.bloomery.simulation.files;
