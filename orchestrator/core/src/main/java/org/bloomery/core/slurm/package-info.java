/**
 * SLURM's own forms, read without asking anything of it: states, lists of nodes, accounting rows.
 */
package org.bloomery.core.slurm;
