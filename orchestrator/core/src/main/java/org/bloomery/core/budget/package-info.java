/** Who may use how many GPU-hours, until when, and what is left of them. */
package org.bloomery.core.budget;
