package dev.athanor.chat.template;

/** What one rendering has cost so far, and the line it is at. */
final class Meter {
    /**
     * Expressions nest inside blocks; four levels to a block keep the evaluator's frames within a small thread's stack.
     */
    private static final int EXPRESSIONS_PER_BLOCK = 4;

    /** Characters copied or searched in the time of one step. */
    private static final int CHARS_PER_STEP = 64;

    private static final int ITEMS_PER_STEP = 8;

    private final TemplateLimits limits;
    private long work;
    private int blocks;
    private int levels;
    private int line;

    Meter(TemplateLimits limits) {
        this.limits = limits;
    }

    void at(int newLine) {
        line = newLine;
    }

    int line() {
        return line;
    }

    void step() {
        steps(1);
    }

    void steps(long count) {
        work(count * CHARS_PER_STEP);
    }

    /** Counts work on a string of this many characters. */
    void chars(long count) {
        work(count + 1);
    }

    /** Counts work on a list of this many items. */
    void items(long count) {
        work((count + 1) * (CHARS_PER_STEP / ITEMS_PER_STEP));
    }

    private void work(long units) {
        work += units;
        if (work / CHARS_PER_STEP > limits.maxSteps()) {
            throw fail("Rendering must take at most " + limits.maxSteps()
                    + " steps, but the template was not done by then; raise TemplateLimits.maxSteps if it is sound");
        }
    }

    /** Refuses a string longer than the result may be, before it is made. */
    void fits(long length) {
        if (length > limits.maxOutput()) {
            throw fail("A string must have at most " + limits.maxOutput() + " characters, but it would have " + length
                    + "; raise TemplateLimits.maxOutput if the template is sound");
        }
    }

    /**
     * Goes one level into an expression or a value; {@link #leave} goes back. After an error the meter is of no use.
     */
    void enter() {
        if (++levels > limits.maxDepth() * EXPRESSIONS_PER_BLOCK) {
            throw tooDeep();
        }
    }

    void leave() {
        levels--;
    }

    void enterBlock() {
        if (++blocks > limits.maxDepth()) {
            throw tooDeep();
        }
    }

    void leaveBlock() {
        blocks--;
    }

    private TemplateException tooDeep() {
        return fail("Blocks, macro calls and values must nest at most " + limits.maxDepth()
                + " deep, but they nest deeper; raise TemplateLimits.maxDepth if the template is sound");
    }

    TemplateException fail(String sentence) {
        return new TemplateException(sentence + ", at line " + line + " of the template.", line);
    }
}
