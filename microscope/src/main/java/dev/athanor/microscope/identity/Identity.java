package dev.athanor.microscope.identity;

/**
 * Something that must hold of a run, and how far from it this run is.
 *
 * @param id I1 to I12
 * @param sentence what must hold
 * @param error observed
 * @param tolerance what rounding may cost
 * @param checked whether it was measured; those that need a second model in memory are left out for large ones
 */
public record Identity(String id, String sentence, double error, double tolerance, boolean checked) {
    public boolean holds() {
        return !checked || error <= tolerance;
    }
}
