/** Starting processes, in one place. */
package org.bloomery.controlplane.process;
