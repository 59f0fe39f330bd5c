import sys, importlib.util, json, struct, types
import numpy as np
def load(n):
    s=importlib.util.spec_from_file_location(n,f"../out/{n}/quantize.py"); m=importlib.util.module_from_spec(s); sys.modules[n]=m; s.loader.exec_module(m); return m
sys.argv=["x"]
src=open("chk.py").read().split("for bits in (8,4):\n    for plan")[0].replace('names = sys.argv[1:] or ["r1","r2","r3"]','names=[]'); exec(src)
EX={"bits":8,"scale":.5,"zero":10,"layers":[{"op":"linear","shape":[2,3],"shift":4},{"op":"linear","shape":[2,2]}]}
hd=json.dumps(EX).encode(); head=struct.pack("<I",len(hd))+hd
first=struct.pack("<6b2i2i",10,-20,3,-1,50,100,1,-100,3,1)
im=np.array([[1,-.75,200],[0,0,0]],np.float32).reshape(2,3,1,1)
L=net(imb=1); x=np.abs(rng.normal(size=(300,1,8,8))).astype(np.float32); y=np.abs(rng.normal(size=(100,1,8,8))).astype(np.float32); f=floatrun(L,y)
L50=net(imb=50); f50=floatrun(L50,y)
blobs=[rand_file(b,p,3,4,8,s) for b in (8,4) for p in (("conv5","pool","conv3","linear7","linear3"),("pool","conv3","pool","linear3")) for s in ((", ",": "),(",",":"))]
xs=rng.normal(size=(400,3,4,8)).astype(np.float32)*2; ref=load("right1")
want=[ref.run(b,xs) for b in blobs]
for n in ["right1","right2","right3"]+[f"wrong{i:02d}" for i in range(1,16)]+["metric"]:
    m=load(n); r=[]
    for last in (5,9): r.append(m.run(head+first+struct.pack("<4b2i2f",1,-1,2,1,last,-300,.25,.125),im).tolist())
    ok = r==[[[-26,30.875],[1.25,-37.5]],[[-25,30.875],[2.25,-37.5]]]
    e=lambda g,f: round(float(np.sqrt(((g-f)**2).mean()/(f**2).mean())),3)
    try: d=[bool(np.allclose(m.run(b,xs),w,rtol=1e-9)) for b,w in zip(blobs,want)]
    except Exception as ex: d=repr(ex)[:60]
    print(n,"example",ok,"bal",e(m.run(m.quantize(L,x.copy(),8),y),f),"imb",e(m.run(m.quantize(L50,x.copy(),8),y),f50),"files",d)
