# Makes core/src/test/resources/dev/athanor/generate/sample/llama-cpp-chains.txt: probabilities after llama.cpp's own samplers.
# npm install here (node-llama-cpp 3.22.1 brings the library), then: python3 sampler-chains.py OUT
import ctypes as C, os, random, math, struct, sys
d=os.path.join(os.path.dirname(os.path.abspath(__file__)),"node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/")
C.CDLL(d+"libggml-base.so", C.RTLD_GLOBAL); C.CDLL(d+"libggml.v0.5.0.so", C.RTLD_GLOBAL)
L=C.CDLL(d+"libllama.v0.5.0.so", C.RTLD_GLOBAL)
class TD(C.Structure): _fields_=[("id",C.c_int32),("logit",C.c_float),("p",C.c_float)]
class TDA(C.Structure): _fields_=[("data",C.POINTER(TD)),("size",C.c_size_t),("selected",C.c_int64),("sorted",C.c_bool)]
class LB(C.Structure): _fields_=[("token",C.c_int32),("bias",C.c_float)]
class VEC(C.Structure): _fields_=[("b",C.c_void_p),("e",C.c_void_p),("c",C.c_void_p)]
F=C.c_float;I=C.c_int32;P=C.c_void_p;U=C.c_uint32;Z=C.c_size_t
def fn(name,*a,res=P):
    f=getattr(L,name); f.restype=res; f.argtypes=list(a); return f
S="llama_sampler_init_"
topk=fn(S+"top_k",I);topp=fn(S+"top_p",F,Z);minp=fn(S+"min_p",F,Z);typ=fn(S+"typical",F,Z);temp=fn(S+"temp",F);tempx=fn(S+"temp_ext",F,F,F)
xtc=fn(S+"xtc",F,F,Z,U);tns=fn(S+"top_n_sigma",F);pen=fn(S+"penalties",I,I,F,F,F);m1=fn(S+"mirostat",I,U,F,F,I);m2=fn(S+"mirostat_v2",U,F,F)
ad=fn(S+"adaptive_p",F,F,U);dist=fn(S+"dist",U);lbias=fn(S+"logit_bias",I,I,C.POINTER(LB))
dryt=fn("_Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE",F,F,I,I,C.POINTER(VEC))
apply=fn("llama_sampler_apply",P,C.POINTER(TDA),res=None);accept=fn("llama_sampler_accept",P,I,res=None)
def vecvec(seqs):
    keep=[];arr=(VEC*max(1,len(seqs)))()
    for i,s in enumerate(seqs):
        a=(C.c_int32*len(s))(*s);keep.append(a);b=C.addressof(a);arr[i]=VEC(b,b+4*len(s),b+4*len(s))
    b=C.addressof(arr);n=len(seqs)*C.sizeof(VEC)
    return VEC(b,b+n,b+n),(keep,arr)
D=dict(temperature=1,dynatemp_range=0,dynatemp_exponent=1,top_k=0,top_p=1,min_p=0,typical_p=1,top_n_sigma=-1,xtc_probability=0,xtc_threshold=.1,repeat_last_n=64,repeat_penalty=1,presence_penalty=0,frequency_penalty=0,dry_multiplier=0,dry_base=1.75,dry_allowed_length=2,dry_penalty_last_n=-1,mirostat=0,mirostat_tau=5,mirostat_eta=.1,adaptive_target=-1,adaptive_decay=.9)
USUAL="penalties dry top_n_sigma top_k typ_p top_p min_p xtc temperature".split()
def run(s,order,bias,breakers,recent,warm,logits):
    g=lambda k:s.get(k,D[k]); V=len(logits); ch=[]
    if bias: ch.append(lbias(V,len(bias),(LB*len(bias))(*[LB(a,b) for a,b in bias])))
    vv,keep=vecvec(breakers); stops=[]
    n=len(recent)+len(warm)+1
    if g("mirostat")==0:
        for o in order:
            if o=="penalties":x=pen(V,n if g("repeat_last_n")<0 else g("repeat_last_n"),g("repeat_penalty"),g("frequency_penalty"),g("presence_penalty"))
            elif o=="dry":
                if g("dry_multiplier")==0: continue
                x=dryt(g("dry_multiplier"),g("dry_base"),g("dry_allowed_length"),n if g("dry_penalty_last_n")<0 else g("dry_penalty_last_n"),C.byref(vv))
            elif o=="top_n_sigma":x=tns(g("top_n_sigma"))
            elif o=="top_k":x=topk(g("top_k"))
            elif o=="typ_p":x=typ(g("typical_p"),0)
            elif o=="top_p":x=topp(g("top_p"),0)
            elif o=="min_p":x=minp(g("min_p"),0)
            elif o=="xtc":x=xtc(g("xtc_probability"),g("xtc_threshold"),0,1)
            elif o=="temperature":x=tempx(g("temperature"),g("dynatemp_range"),g("dynatemp_exponent"))
            elif o=="adaptive_p":continue
            ch.append(x)
        ch.append(ad(g("adaptive_target"),g("adaptive_decay"),1) if "adaptive_p" in order else dist(1))
    else:
        ch.append(temp(g("temperature")))
        ch.append(m1(V,1,g("mirostat_tau"),g("mirostat_eta"),100) if g("mirostat")==1 else m2(1,g("mirostat_tau"),g("mirostat_eta")))
    for t in recent:
        for x in ch: accept(x,t)
    seq=[]
    for lg in warm+[logits]:
        a=(TD*V)(*[TD(i,l,0) for i,l in enumerate(lg)]); A=TDA(C.cast(a,C.POINTER(TD)),V,-1,False)
        for x in ch: apply(x,C.byref(A))
        t=A.data[A.selected].id
        out={A.data[i].id:A.data[i].p for i in range(A.size) if A.data[i].p>0}
        for x in ch: accept(x,t)
        seq.append(t)
        if lg is not logits: assert out[t]>.9999999,(out,t)
    return out,seq
f32=lambda x: struct.unpack("f",struct.pack("f",x))[0]
R=random.Random(20250)
out=open(sys.argv[1],"w")
out.write("# Probabilities after the sampler chain of llama.cpp v0.5.0, from the libllama of node-llama-cpp 3.22.1.\n")
count=[0]
def case(s,order=None,bias=(),breakers=(),recent=(),warm=0,V=None,spread=None):
    order=order or USUAL; V=V or R.choice([1,2,5,12,30,60]); spread=spread or R.choice([.5,1.5,3])
    lg=[f32(R.gauss(0,spread)) for _ in range(V)]
    w=[]
    for _ in range(warm):
        x=[0.0]*V; x[R.randrange(V)]=60.0; w.append(x)
    bias=[(a%V,b) for a,b in bias if a<V]; recent=[t%V for t in recent]; breakers=[[t%V for t in b] for b in breakers]
    bias=list(dict(bias).items())
    o,seq=run(s,order,bias,breakers,recent,w,lg)
    count[0]+=1
    out.write("case %d\n"%count[0])
    out.write("settings "+" ".join("%s=%r"%kv for kv in s.items())+"\n")
    out.write("order "+" ".join(order)+"\n")
    if bias: out.write("bias "+" ".join("%d=%s"%(a,"-Infinity" if b==-math.inf else repr(b)) for a,b in bias)+"\n")
    if breakers: out.write("breakers "+" | ".join(" ".join(map(str,b)) for b in breakers)+"\n")
    if recent: out.write("recent "+" ".join(map(str,recent))+"\n")
    if warm: out.write("warm "+" ".join(str(t) for t in seq[:-1])+"\n")
    out.write("logits "+" ".join("%.9g"%l for l in lg)+"\n")
    out.write("p "+" ".join("%d=%.7g"%(i,o[i]) for i in sorted(o))+"\n")
def rnd(a,b): return round(R.uniform(a,b),3)
for i in range(6):
    case({"top_k":R.randint(1,20)}); case({"top_p":rnd(0,1)}); case({"min_p":rnd(0.01,.9)}); case({"typical_p":rnd(0,1)})
    case({"top_n_sigma":rnd(.1,2)}); case({"xtc_probability":1.0,"xtc_threshold":rnd(0.01,.3)}); case({"temperature":rnd(.2,3)})
    case({"temperature":rnd(.5,1.5),"dynatemp_range":rnd(.1,1.5),"dynatemp_exponent":rnd(.3,2)})
    rec=[R.randrange(8) for _ in range(R.randint(0,40))]
    case({"repeat_penalty":rnd(.8,2),"presence_penalty":rnd(-1,2),"frequency_penalty":rnd(-.3,1),"repeat_last_n":R.choice([-1,0,3,10,64])},recent=rec)
    pat=[R.randrange(4) for _ in range(R.randint(2,6))]
    rec=pat*R.randint(2,5)+pat[:R.randint(1,len(pat))]
    case({"dry_multiplier":rnd(.3,2),"dry_base":rnd(1,2.5),"dry_allowed_length":R.randint(1,4),"dry_penalty_last_n":R.choice([-1,8,30])},recent=rec,V=R.choice([5,12,30]))
    rec=[R.randrange(3) for _ in range(R.randint(5,60))]
    case({"dry_multiplier":.8,"dry_base":1.4,"dry_allowed_length":R.randint(0,3)},recent=rec,breakers=R.choice([[[2]],[[1,2],[1]],[[0,1,2],[2,2]],[[7,1]]]),V=R.choice([5,12,30]))
    case({"temperature":rnd(.7,1.3)},bias=[(R.randrange(30),rnd(-3,3)),(R.randrange(30),-math.inf)],V=R.choice([5,12,30]))
    case({"mirostat":1,"mirostat_tau":rnd(.5,4),"mirostat_eta":rnd(.05,.5),"temperature":rnd(.7,1.5)},warm=R.randint(0,5),V=R.choice([12,30,60,300]))
    case({"mirostat":2,"mirostat_tau":rnd(.2,3),"mirostat_eta":rnd(.05,.5),"temperature":rnd(.7,1.5)},warm=R.randint(0,5),V=R.choice([12,30,60,300]))
    case({"adaptive_target":rnd(.05,.9),"adaptive_decay":rnd(0,.99),"min_p":rnd(.01,.1)},order=R.choice([USUAL+["adaptive_p"],["adaptive_p"]+USUAL]),warm=R.randint(0,4))
for i in range(60):
    o=USUAL[:]; 
    if R.random()<.7: R.shuffle(o)
    if R.random()<.3: o=o[:R.randint(1,8)]
    s={}
    def maybe(p,**k):
        if R.random()<p: s.update(k)
    maybe(.5,top_k=R.randint(1,50));maybe(.5,top_p=rnd(.5,1));maybe(.5,min_p=rnd(.01,.3));maybe(.4,typical_p=rnd(.3,1));maybe(.4,top_n_sigma=rnd(.5,3))
    maybe(.3,xtc_probability=1.0,xtc_threshold=rnd(.02,.3));maybe(.7,temperature=rnd(.4,2));maybe(.3,dynatemp_range=rnd(.1,.6),dynatemp_exponent=rnd(.5,1.5))
    maybe(.5,repeat_penalty=rnd(1,1.5),presence_penalty=rnd(0,1),frequency_penalty=rnd(0,.3));maybe(.4,dry_multiplier=rnd(.3,1))
    # llama.cpp's typ_p meets 0 * log 0 after top_n_sigma has masked: not a number there, so such orders are left out
    if "typical_p" in s and "top_n_sigma" in s: s.pop("top_n_sigma")
    if not s: s={"top_k":7}
    case(s,order=o,recent=[R.randrange(6) for _ in range(R.randint(0,50))],V=R.choice([12,30,60]))
print(count)
