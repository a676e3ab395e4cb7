/** This machine as a resource manager: sessions of processes, found again in {@code /proc}. */
package org.bloomery.controlplane.local;
