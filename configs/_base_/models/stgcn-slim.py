# ST-GCN with a quarter of the channels, 4 layers of 10 and a learned graph over the 100 face points of UCI's Grammatical
# Facial Expressions (0.2 M parameters): small enough for a CPU. Every edge leads towards point 89, the tip of the nose.
model = dict(
    type="RecognizerGCN",
    backbone=dict(
        type="STGCN",
        graph_cfg=dict(
            mode="spatial",
            layout=dict(
                num_node=100,
                center=89,
                # Outlines are closed or open runs of neighbouring points; the last row ties them to each other.
                inward=[
                    *[(i + 1, i) for i in range(0, 7)],  # left eye
                    *[(i + 1, i) for i in range(8, 15)],  # right eye
                    *[(i + 1, i) for i in range(16, 25)],  # left brow
                    *[(i + 1, i) for i in range(26, 35)],  # right brow
                    *[(i + 1, i) for i in range(36, 47)],  # nose
                    *[(i + 1, i) for i in range(48, 59)],  # lips, outside
                    *[(i + 1, i) for i in range(60, 67)],  # lips, inside
                    *[(i + 1, i) for i in range(68, 86)],  # cheeks and chin
                    *[(i + 1, i) for i in range(90, 94)],  # above the left brow
                    *[(i + 1, i) for i in range(95, 99)],  # above the right brow
                    *[(7, 0), (15, 8), (25, 16), (35, 26), (47, 36), (59, 48), (67, 60)],
                    *[(87, 0), (88, 8), (0, 36), (8, 47), (16, 0), (26, 8), (90, 16), (95, 26)],
                    *[(36, 89), (47, 89), (41, 89), (42, 89), (51, 41), (62, 51), (68, 4), (86, 12), (77, 57)],
                ],
            ),
        ),
        in_channels=6,
        base_channels=16,
        num_person=1,
        num_stages=4,
        inflate_stages=[3, 4],
        down_stages=[2, 3, 4],
        gcn_adaptive="init",
        gcn_with_res=True,
    ),
    cls_head=dict(
        type="GCNHead",
        in_channels=64,
        num_classes=9,
        dropout=0.3,
        average_clips="prob",
        topk=(1,),
        loss_cls=dict(type="d2sp_mm.ObservingCrossEntropyLoss"),
    ),
)
