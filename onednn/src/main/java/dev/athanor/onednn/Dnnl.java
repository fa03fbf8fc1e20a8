package dev.athanor.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The functions of oneDNN's C interface that are needed here, and the meaning of what they return. */
final class Dnnl {
    static final int BF16 = 2;
    static final int F32 = 3;
    static final int S32 = 4;
    static final int S8 = 5;
    static final int U8 = 6;

    static final int ARG_SRC = 1;
    static final int ARG_DST = 17;
    static final int ARG_WEIGHTS = 33;
    static final int ARG_SCRATCHPAD = 80;

    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int USER_SCRATCHPAD = 1;
    private static final int QUERY_IMPLEMENTATION = 8;
    private static final int QUERY_SCRATCHPAD = 136;

    private static final String[] STATUS = {
        "success",
        "out of memory",
        "invalid arguments",
        "unimplemented",
        "last implementation reached",
        "runtime error",
        "not required"
    };

    /** Room for a C string that a query points to. */
    private static final int NAME_BYTES = 256;

    private static final MethodHandle P = function(ADDRESS);
    private static final MethodHandle PP = function(ADDRESS, ADDRESS);
    private static final MethodHandle PI = function(ADDRESS, JAVA_INT);
    private static final MethodHandle PIL = function(ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle PPI = function(ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle PPPP = function(ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle PPIP = function(ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle PIIP = function(ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle PIPIP = function(ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle PPPPPPP = function(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle SIZE =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private static final MethodHandle QUERY_POINTER =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle SET_THREADS =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(JAVA_INT));

    private final SymbolLookup library;
    private final MemorySegment execute;
    private final MemorySegment setHandle;
    private final MemorySegment setThreads;
    private final MemorySegment destroyPrimitive;
    private final MemorySegment destroyMemory;
    private final MemorySegment engine;

    /** Loads the libraries in {@code folder} for as long as the process lives: code cannot be taken away safely. */
    Dnnl(Path folder) {
        Arena forever = Arena.global();
        SymbolLookup gomp = SymbolLookup.libraryLookup(folder.resolve(NativeFiles.Library.GOMP.file()), forever);
        library = SymbolLookup.libraryLookup(folder.resolve(NativeFiles.Library.DNNL.file()), forever);
        setThreads = gomp.findOrThrow("omp_set_num_threads");
        execute = library.findOrThrow("dnnl_primitive_execute");
        setHandle = library.findOrThrow("dnnl_memory_set_data_handle");
        destroyPrimitive = library.findOrThrow("dnnl_primitive_destroy");
        destroyMemory = library.findOrThrow("dnnl_memory_destroy");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check("dnnl_engine_create", (int) PIL.invokeExact(find("dnnl_engine_create"), out, CPU, 0L));
            engine = out.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static MethodHandle function(MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private MemorySegment find(String name) {
        return library.findOrThrow(name);
    }

    private static void check(String call, int status) {
        if (status != 0) {
            String meaning = status < STATUS.length ? STATUS[status] : "status " + status;
            throw new IllegalStateException("oneDNN: expected " + call + " to succeed, found \"" + meaning
                    + "\"; choose --matmul vector on this machine");
        }
    }

    private static RuntimeException failure(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new IllegalStateException("oneDNN: " + e, e);
    }

    /** Tells OpenMP that this thread computes alone: Athanor's own threads share the work. */
    void stayOnThisThread() {
        try {
            SET_THREADS.invokeExact(setThreads, 1);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    MemorySegment newStream() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check("dnnl_stream_create", (int) PPI.invokeExact(find("dnnl_stream_create"), out, engine, IN_ORDER));
            return out.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    void destroyStream(MemorySegment stream) {
        destroy("dnnl_stream_destroy", stream);
    }

    /** A description of rows × columns numbers with the given distances between rows and columns. */
    MemorySegment describe(long rows, long columns, int type, long rowStride, long columnStride) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            MemorySegment dims = arena.allocate(12 * Long.BYTES); // DNNL_MAX_NDIMS
            MemorySegment strides = arena.allocate(12 * Long.BYTES);
            dims.setAtIndex(JAVA_LONG, 0, rows);
            dims.setAtIndex(JAVA_LONG, 1, columns);
            strides.setAtIndex(JAVA_LONG, 0, rowStride);
            strides.setAtIndex(JAVA_LONG, 1, columnStride);
            String name = "dnnl_memory_desc_create_with_strides";
            check(name, (int) PIPIP.invokeExact(find(name), out, 2, dims, type, strides));
            return out.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    void destroyDescription(MemorySegment description) {
        destroy("dnnl_memory_desc_destroy", description);
    }

    /** How a matrix product of these operands would be computed; scratch memory is ours. */
    MemorySegment plan(MemorySegment source, MemorySegment weights, MemorySegment result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check("dnnl_primitive_attr_create", (int) P.invokeExact(find("dnnl_primitive_attr_create"), out));
            MemorySegment attributes = out.get(ADDRESS, 0);
            String scratchpad = "dnnl_primitive_attr_set_scratchpad_mode";
            check(scratchpad, (int) PI.invokeExact(find(scratchpad), attributes, USER_SCRATCHPAD));
            String create = "dnnl_matmul_primitive_desc_create";
            MemorySegment noBias = MemorySegment.NULL;
            int status =
                    (int) PPPPPPP.invokeExact(find(create), out, engine, source, weights, noBias, result, attributes);
            destroy("dnnl_primitive_attr_destroy", attributes);
            check(create, status);
            return out.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The name of the implementation, such as {@code brg_matmul:avx512_core_bf16}. */
    String implementation(MemorySegment plan) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            String name = "dnnl_primitive_desc_query";
            check(name, (int) PIIP.invokeExact(find(name), plan, QUERY_IMPLEMENTATION, 0, out));
            return out.get(ADDRESS, 0).reinterpret(NAME_BYTES).getString(0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Describes the scratch memory of a plan; belongs to the plan. */
    MemorySegment scratchpad(MemorySegment plan) {
        try {
            return (MemorySegment)
                    QUERY_POINTER.invokeExact(find("dnnl_primitive_desc_query_md"), plan, QUERY_SCRATCHPAD, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    long bytes(MemorySegment description) {
        try {
            return (long) SIZE.invokeExact(find("dnnl_memory_desc_get_size"), description);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Writes the machine code of a plan. */
    MemorySegment compile(MemorySegment plan) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check("dnnl_primitive_create", (int) PP.invokeExact(find("dnnl_primitive_create"), out, plan));
            return out.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    void destroyPlan(MemorySegment plan) {
        destroy("dnnl_primitive_desc_destroy", plan);
    }

    void destroyPrimitive(MemorySegment primitive) {
        destroy(destroyPrimitive, "dnnl_primitive_destroy", primitive);
    }

    MemorySegment newMemory(MemorySegment description, MemorySegment data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            String name = "dnnl_memory_create";
            check(name, (int) PPPP.invokeExact(find(name), out, description, engine, data));
            return out.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    void destroyMemory(MemorySegment memory) {
        destroy(destroyMemory, "dnnl_memory_destroy", memory);
    }

    void point(MemorySegment memory, MemorySegment data) {
        try {
            check("dnnl_memory_set_data_handle", (int) PP.invokeExact(setHandle, memory, data));
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Runs a primitive on this thread; its result is there on return, since a CPU's stream does not run behind. */
    void execute(MemorySegment primitive, MemorySegment stream, int count, MemorySegment arguments) {
        try {
            int status = (int) PPIP.invokeExact(execute, primitive, stream, count, arguments);
            check("dnnl_primitive_execute", status);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private void destroy(String function, MemorySegment object) {
        destroy(find(function), function, object);
    }

    private static void destroy(MemorySegment function, String name, MemorySegment object) {
        try {
            check(name, (int) P.invokeExact(function, object));
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
