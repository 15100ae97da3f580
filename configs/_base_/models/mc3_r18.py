# MC3-18: 3-D convolutions in the stem and the first stage, 2-D ones in the others (D. Tran et al., "A Closer Look at
# Spatiotemporal Convolutions", CVPR 2018); the number of parameters of torchvision's mc3_18.
_base_ = "r3d_r18.py"

model = dict(backbone=dict(inflate=(1, 0, 0, 0), temporal_strides=(1, 1, 1, 1)))
