"""System calls that a box has no need of, by name: their numbers on x86-64 and aarch64, and what is wrong with them.

Imports nothing else of the engine. Source: asm/unistd_64.h, asm-generic/unistd.h. None: there is no such call.
"""

from __future__ import annotations

Numbers = tuple[int | None, int | None]

NEVER: dict[str, Numbers] = {
    # other processes: their memory, files and accounts
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "perf_event_open": (298, 241), "acct": (163, 89),
    # mounts, namespaces, another root, and files by another way than their path
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308, 268),
    "unshare": (272, 97), "open_tree": (428, 428), "open_tree_attr": (467, 467), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "statmount": (457, 457), "listmount": (458, 458), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # the machine itself
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "sethostname": (170, 161), "setdomainname": (171, 162), "syslog": (103, 116), "vhangup": (153, 58),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None),
    "personality": (135, 92), "nfsservctl": (180, 42), "lookup_dcookie": (212, 18), "ustat": (136, None),
    "sysfs": (139, None), "_sysctl": (156, None),
    # much of the kernel behind one door
    "bpf": (321, 280), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # what outlives a process, is named by a number that can be guessed, or shows what others do
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183), "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "mincore": (27, 232), "cachestat": (451, 451),
    # memory that is in no process: pages given to a pipe, pages of nobody's map
    "vmsplice": (278, 75), "memfd_secret": (447, 447),
}  # fmt: skip
NOT_THERE: dict[str, Numbers] = {  # libraries have another way; what is asked for lies in memory, where no filter reads
    "clone3": (435, 435), "openat2": (437, 437), "pidfd_open": (434, 434),
}  # fmt: skip
SHARED: dict[str, Numbers] = {  # what they hold is in no process: a file under way between two sockets
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269), "memfd_create": (319, 279),
}  # fmt: skip
PRETENDED: dict[str, Numbers] = {  # Landlock lets the owner of a file do these anywhere
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
TIMES: dict[str, Numbers] = {  # who may write to a file may say that it was written now: a device is everybody's
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
}  # fmt: skip
ADVICE: dict[str, Numbers] = {"fadvise64": (221, 223)}
"""May be left undone by its own words; done, it would put out of memory what the next box finds there or not."""
OWN: dict[str, tuple[Numbers, int]] = {  # the argument that names a process, which may only be 0, oneself
    "prlimit64": ((302, 261), 0), "sched_setaffinity": ((203, 122), 0), "sched_setscheduler": ((144, 119), 0),
    "sched_setparam": ((142, 118), 0), "sched_setattr": ((314, 274), 0), "setpriority": ((141, 140), 1),
    "ioprio_set": ((251, 30), 1),
}  # fmt: skip
OF_A_USER = {"setpriority": 2, "ioprio_set": 3}
"""PRIO_USER, IOPRIO_WHO_USER: with 0, every process of one's user."""
SIGNALS: dict[str, Numbers] = {
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}  # fmt: skip
CLOCKS: dict[str, Numbers] = {  # a clock may be that of any process
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "timer_create": (222, 107),
}  # fmt: skip
CLONE, MMAP, FCNTL, IOCTL = (56, 220), (9, 222), (72, 25), (16, 29)
SENDTO, SOCKET, SOCKETPAIR, PREADV2, SETRLIMIT = (44, 206), (41, 198), (53, 199), (327, 286), (160, 164)
