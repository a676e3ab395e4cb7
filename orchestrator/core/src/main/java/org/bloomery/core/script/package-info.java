/**
 * Turns a run's spec into the files of one attempt: the job's scripts, DeepSpeed's configuration
 * and the lists of datasets.
 *
 * <p>Rendering is a pure function: equal input gives equal bytes, so that a script can be known by
 * its SHA-256 and compared with the one of another attempt.
 */
package org.bloomery.core.script;
