/** Where a control plane lives, and what must hold there before it starts. */
package org.bloomery.controlplane.config;
