package dev.athanor.kernel;

/**
 * Cosines and sines of position · theta^(-2i/dimensions), [positions, dimensions / 2], computed in double with
 * StrictMath so that every machine has the same bits.
 */
public record RotaryTable(int dimensions, float[] cosines, float[] sines) {
    public static RotaryTable of(double theta, int dimensions, int positions) {
        int half = dimensions / 2;
        float[] cosines = new float[Math.multiplyExact(positions, half)];
        float[] sines = new float[cosines.length];
        for (int i = 0; i < half; i++) {
            double frequency = StrictMath.pow(theta, -2.0 * i / dimensions);
            for (int position = 0; position < positions; position++) {
                double angle = position * frequency;
                cosines[position * half + i] = (float) StrictMath.cos(angle);
                sines[position * half + i] = (float) StrictMath.sin(angle);
            }
        }
        return new RotaryTable(dimensions, cosines, sines);
    }
}
