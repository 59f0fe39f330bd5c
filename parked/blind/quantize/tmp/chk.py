import os; os.environ["OMP_NUM_THREADS"]="1"
import json, struct, sys, time, importlib
import numpy as np
names = sys.argv[1:] or ["r1","r2","r3"]
mods = {n: importlib.import_module(n) for n in names}
rng = np.random.default_rng(0)
def floatrun(layers, x):
    import torch, torch.nn.functional as F
    x = torch.tensor(x, dtype=torch.float64)
    for i,l in enumerate(layers):
        if l["op"]=="pool": x = F.max_pool2d(x,2); continue
        w,b = (torch.tensor(l[k],dtype=torch.float64) for k in ("weight","bias"))
        x = F.conv2d(x,w,b,padding=1) if l["op"]=="conv" else F.linear(x.flatten(1),w,b)
        if i<len(layers)-1: x = torch.relu(x)
    return x.numpy()
def net(c=1,h=8,w=8,plan=("conv16","pool","conv24","pool","linear64","linear10"),imb=50,bias=0.1):
    L=[]; g=np.ones(c); n=0
    for j,p in enumerate(plan):
        if p=="pool": L.append({"op":"pool"}); h//=2; w//=2; continue
        op=p.rstrip("0123456789"); o=int(p[len(op):]); last=j==len(plan)-1
        if op=="conv": W=rng.normal(size=(o,c,3,3))/np.sqrt(c*9/2); W=W/g[:,None,None]
        else:
            i=c*h*w; W=rng.normal(size=(o,i))/np.sqrt(i/2); W=W/np.repeat(g,i//len(g)); h=w=1
        B=rng.normal(size=o)*bias
        g2=np.ones(o) if last else rng.choice([1,1,imb,1/imb],o)
        W=W*g2.reshape((-1,)+(1,)*(W.ndim-1)); B=B*g2
        if not last: W[0]=0; B[0]=0; B[1]=-abs(B[1])-9*g2[1]*4
        L.append({"op":op,"weight":W.astype(np.float32),"bias":B.astype(np.float32)}); c=o; g=g2
    return L
def rand_file(bits, plan, c,h,w, sep=(", ",": ")):
    L=[];buf=b""
    for j,p in enumerate(plan):
        if p=="pool": L.append({"op":"pool"}); h//=2;w//=2; continue
        op=p.rstrip("0123456789"); o=int(p[len(op):]); last=j==len(plan)-1
        shape=[o,c,3,3] if op=="conv" else [o,c*h*w]
        lim=2**(bits-1); W=rng.integers(-lim,lim,shape).ravel()
        if bits==8: buf+=W.astype("i1").tobytes()
        else:
            W=np.append(W,np.zeros(W.size%2,np.int64)); buf+=((W[::2]&15)|(W[1::2]&15)<<4).astype("u1").tobytes()
        buf+=rng.integers(-20000,20000,o).astype("<i4").tobytes()
        e={"op":op,"shape":shape}
        if last: buf+=rng.normal(size=o).astype("<f4").tobytes()
        else: e["shift"]=int(rng.choice([40,41,42,43])-(0 if bits==8 else 4)); buf+=rng.integers(-2**31,2**31,o).astype("<i4").tobytes()
        L.append(e); c=o
        if op=="linear":h=w=1
    hd=json.dumps({"layers":L,"bits":bits,"zero":77,"scale":0.02},separators=sep).encode()
    return struct.pack("<I",len(hd))+hd+buf
for bits in (8,4):
    for plan in (("conv5","pool","conv3","linear7","linear3"),("pool","conv3","pool","linear3"),("linear3",)):
        blob=rand_file(bits,plan,3,4,8,(" ,",":  ")); x=rng.normal(size=(9,3,4,8)).astype(np.float32)*2
        outs=[m.run(blob,x) for m in mods.values()]
        for n,o in zip(mods,outs):
            if not np.allclose(o,outs[0],rtol=1e-9): print("RUN DIFFERS",bits,plan,n)
x=np.abs(rng.normal(size=(300,1,8,8))).astype(np.float32); y=np.abs(rng.normal(size=(200,1,8,8))).astype(np.float32)
for imb,bias in ((1,.1),(50,.1),(50,30.)):
    L=net(imb=imb,bias=bias); f=floatrun(L,y)
    for n,m in mods.items():
        for bits in (8,4):
            t=time.process_time(); b=m.quantize(L,x,bits); g=m.run(b,y)
            print(imb,bias,n,bits,"err %.3f"%(np.sqrt(((g-f)**2).mean()/(f**2).mean())),"agree",(g.argmax(1)==f.argmax(1)).mean(), len(b), "%.2fs"%(time.process_time()-t))
# edges
L=[{"op":"linear","weight":np.zeros((2,3),np.float32),"bias":np.float32([.3,0])}]
for n,m in mods.items():
    xx=rng.uniform(1,3,(5,3,1,1)).astype(np.float32); print(n, m.run(m.quantize(L,xx,4),xx[:2]).tolist())
    L2=net(c=2,h=4,w=6,plan=("conv3","pool","linear5")); z=rng.normal(size=(7,2,4,6)).astype(np.float32); f=floatrun(L2,z); g=m.run(m.quantize(L2,z,8),z)
    print(n,"nonsquare %.3f"%(np.sqrt(((g-f)**2).mean()/(f**2).mean())))
    W=np.float32([[50,0],[0,.02]]); L3=[{"op":"linear","weight":np.float32([[50,0],[0,.02]]),"bias":np.zeros(2,np.float32)},{"op":"linear","weight":np.float32([[.001,50],[1,1]]),"bias":np.float32([2.5e6,0])},{"op":"linear","weight":np.eye(2,dtype=np.float32),"bias":np.zeros(2,np.float32)}]
    z=rng.uniform(0,1,(9,2,1,1)).astype(np.float32); print(n, (m.run(m.quantize(L3,z,8),z)-floatrun(L3,z))[0], floatrun(L3,z)[0])
