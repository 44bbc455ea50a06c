"""For a child of a test: root without the power to read and write what the rights of a file do not allow.

It stays who it is, so that it reaches the interpreter and the test's folder wherever they lie, also where nobody else
may enter; the owner's rights count for it as for anybody.
"""

CODE = """
import ctypes, os, sys
def meek():
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    if sys.platform != "linux":  # it has no powers that could be laid down one by one
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        return
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version of the call; this process
    powers = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; and the same of higher numbers
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.capget(header, powers) == 0, os.strerror(ctypes.get_errno())
    for i in range(3):
        powers[i] &= ~(1 << 1 | 1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, powers) == 0, os.strerror(ctypes.get_errno())
"""
