/** A simulated world for the control plane: what it stores, what it submits to, what it trains. */
package org.bloomery.simulation;
