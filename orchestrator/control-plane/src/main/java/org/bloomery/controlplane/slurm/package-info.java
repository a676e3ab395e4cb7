/** SLURM as a resource manager, through its commands: never a guess about what they did not say. */
package org.bloomery.controlplane.slurm;
